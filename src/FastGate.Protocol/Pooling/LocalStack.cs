namespace FastGate.Protocol.Pooling;

/// <summary>What one thread keeps of a <see cref="StackPool{T}"/>'s objects.</summary>
/// <typeparam name="T">The kind of object.</typeparam>
public sealed class LocalStack<T>
    where T : class
{
    internal T?[] Items = [];
    internal int Count;
}

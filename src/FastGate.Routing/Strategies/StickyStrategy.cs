using System.Text;
using FastGate.Routing.Planning;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Strategies;

/// <summary>
/// Consistent hashing (Karger et al., 1997): members stand on a ring at many places each, by weight; a request goes to the
/// next one after its key, and on around the ring past those that may not be used. A member that leaves or joins moves only
/// its own requests. A request without a key goes by chance.
/// </summary>
internal sealed class StickyStrategy : Strategy
{
    private const int PlacesPerMember = 128;

    private readonly ulong[] _places;
    private readonly byte[] _owners;

    internal StickyStrategy(RouteNode[] members)
        : base(members)
    {
        double mean = members.Average(member => member.Weight);
        List<(ulong Place, byte Owner)> ring = [];
        for (int i = 0; i < members.Length; i++)
        {
            // The name and not the index decides, so that a target keeps its places when the list is reordered.
            ulong state = HashOf(members[i].Name);
            int places = Math.Clamp((int)(PlacesPerMember * members[i].Weight / mean), 1, 16 * PlacesPerMember);
            for (int place = 0; place < places; place++)
            {
                state += RequestRandom.Golden;
                ring.Add((RequestRandom.Mix(state), (byte)i));
            }
        }

        ring.Sort();
        _places = [.. ring.Select(entry => entry.Place)];
        _owners = [.. ring.Select(entry => entry.Owner)];
    }

    /// <summary>Hashes a sticky key (FNV-1a, finished by a mixer); never 0.</summary>
    internal static ulong HashOf(ReadOnlySpan<byte> key)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in key)
        {
            hash = (hash ^ b) * 0x100000001B3;
        }

        return RequestRandom.Mix(hash) | 1;
    }

    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        ulong key = context.Shape.StickyKey != 0 ? context.Shape.StickyKey : context.Random.NextUInt64();
        int at = Array.BinarySearch(_places, key);
        at = at < 0 ? ~at : at;
        for (int i = 0; i < _places.Length; i++)
        {
            int owner = _owners[(at + i) % _owners.Length];
            if (IsEligible(owner, eligible))
            {
                return owner;
            }
        }

        return FirstEligible(eligible);
    }

    private static ulong HashOf(string name) => HashOf(Encoding.UTF8.GetBytes(name));
}

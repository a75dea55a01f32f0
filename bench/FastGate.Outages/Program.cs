using FastGate.Outages.Report;

string folder = args is [var given] ? given : "docs";
if (!Directory.Exists(folder))
{
    Console.Error.WriteLine($"fastgate-outages: there is no folder '{folder}'; run it from the root of the repository, or name the folder of documents");
    return 2;
}

foreach ((string path, string text) in OutageDocument.Render())
{
    string file = Path.Combine(folder, path);
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    File.WriteAllText(file, text);
    Console.WriteLine($"wrote {file}, {text.Length:N0} characters");
}

return 0;

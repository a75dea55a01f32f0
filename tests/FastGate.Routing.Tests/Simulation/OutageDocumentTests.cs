using System.Xml.Linq;
using FastGate.Outages.Report;

namespace FastGate.Routing.Tests.Simulation;

public sealed class OutageDocumentTests
{
    [Fact]
    public void Page_and_charts_in_the_documents_are_what_the_simulation_gives()
    {
        foreach ((string path, string text) in OutageDocument.Render())
        {
            if (path.EndsWith(".svg", StringComparison.Ordinal))
            {
                Assert.Equal("svg", XDocument.Parse(text).Root!.Name.LocalName);
            }

            string committed = File.ReadAllText(Path.Combine(Repository.Root, "docs", path));
            Assert.True(text == committed, $"docs/{path} is not what the simulation gives: run make outages, and look at what changed");
        }
    }
}

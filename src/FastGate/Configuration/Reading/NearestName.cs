namespace FastGate.Configuration.Reading;

/// <summary>Finds the name somebody probably meant.</summary>
internal static class NearestName
{
    /// <summary>The known name nearest to <paramref name="written"/>, or null when none is near enough to be a slip of the hand.</summary>
    public static string? Of(string written, IEnumerable<string> known)
    {
        string bare = Bare(written);
        string? nearest = null;
        int least = int.MaxValue;
        foreach (string name in known)
        {
            string bareName = Bare(name);
            int distance = Distance(bare, bareName);
            int allowed = Math.Max(1, Math.Min(bare.Length, bareName.Length) / 3);
            if (distance <= allowed && distance < least)
            {
                nearest = name;
                least = distance;
            }
        }

        return nearest;
    }

    /// <summary>maxBody, max-body and max_body are the same mistake.</summary>
    private static string Bare(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Edit distance with swapped neighbours counted once (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (int j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}

using System.Globalization;

namespace EventSourcedOrgs.Portal;

/// <summary>The fields of a form that was sent, by the names that the service knows them by.</summary>
public readonly record struct Posted(HttpRequest Request)
{
    private IFormCollection Form => Request.HasFormContentType ? Request.Form : FormCollection.Empty;

    /// <summary>Whether a form was sent at all; before that its fields show what is.</summary>
    public bool IsSent => Request.HasFormContentType;

    public string Text(string name) => Form[name].ToString().Trim();

    /// <summary>Exactly as it was typed: passwords.</summary>
    public string Secret(string name) => Form[name].ToString();

    public string? TextOrNull(string name) => Text(name) is { Length: > 0 } text ? text : null;

    public bool Flag(string name) => Form[name].Count > 0;

    public int? Number(string name) => int.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public Guid? Id(string name) => Guid.TryParse(Text(name), out var id) ? id : null;

    /// <summary>Which of several boxes are ticked.</summary>
    public Guid[] Ids(string name) => [.. Form[name].Select(text => Guid.TryParse(text, out var id) ? id : (Guid?)null).OfType<Guid>().Distinct()];

    public string[] Texts(string name) => [.. Form[name].OfType<string>().Select(text => text.Trim()).Where(text => text.Length > 0)];

    /// <summary>Several short texts in one field, apart by commas.</summary>
    public string[] Parts(string name) => [.. Text(name).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];

    /// <summary>A time as browsers write it, in UTC.</summary>
    public DateTimeOffset? Time(string name) =>
        DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    public IFormFile? File(string name) => Form.Files[name] is { Length: > 0 } file ? file : null;

    /// <summary>The text of a field, or of the file beside it.</summary>
    public async Task<string> TextOrFile(string text, string file)
    {
        if (File(file) is not { } given)
            return Text(text);
        using var reader = new StreamReader(given.OpenReadStream());
        return (await reader.ReadToEndAsync()).Trim();
    }
}

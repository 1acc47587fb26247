using System.Net;
using System.Text.RegularExpressions;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>A browser without a screen: it asks for pages, and sends the forms that are on them, with all that is hidden in them.</summary>
internal sealed partial class FormReader(Uri address) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = address };

    public async Task<(HttpStatusCode Status, string Text)> Get(string path)
    {
        using var answer = await http.GetAsync(path);
        return (answer.StatusCode, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()));
    }

    /// <summary>Goes to a page, and sends the form there that has this name, or this address.</summary>
    public async Task<(HttpStatusCode Status, string Text)> Submit(string path, string form, params (string Name, string Value)[] fields) =>
        await Send(path, await Form(path, form), fields);

    /// <summary>A form as it is on a page, to be sent later.</summary>
    public async Task<string> Form(string path, string form)
    {
        using var page = await http.GetAsync(path);
        var text = await page.Content.ReadAsStringAsync();
        return Forms().Matches(text).Select(match => match.Value).FirstOrDefault(one => one.Contains($"name=\"_handler\" value=\"{form}\"", StringComparison.Ordinal) || one.Contains($"action=\"{form}\"", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"{path} has no form '{form}': {text}");
    }

    public async Task<(HttpStatusCode Status, string Text)> Send(string path, string form, params (string Name, string Value)[] fields)
    {
        var hidden = Hidden().Matches(form).Select(field => KeyValuePair.Create(field.Groups["name"].Value, WebUtility.HtmlDecode(field.Groups["value"].Value)));
        using var content = new FormUrlEncodedContent([.. hidden, .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        using var answer = await http.PostAsync(Action().Match(form) is { Success: true } action ? action.Groups["to"].Value : path, content);
        return (answer.StatusCode, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()));
    }

    public void Dispose() => http.Dispose();

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("^<form[^>]* action=\"(?<to>[^\"]+)\"")]
    private static partial Regex Action();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\"( value=\"(?<value>[^\"]*)\")?")]
    private static partial Regex Hidden();
}

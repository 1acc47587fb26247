using System.Text;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Only read models may ignore events, and what each of them ignores is approved: a new event shows here until somebody has thought about it.</summary>
public class EventMatrix
{
    [Fact]
    public void Which_read_models_handle_which_events_is_as_approved() => Text().ShouldMatchApproved(approved => approved.NoDiff());

    [Fact]
    public void Every_read_model_handles_domain_events_only() =>
        Models.SelectMany(model => model.Events).ShouldAllBe(e => EventNames.All.ContainsKey(e));

    private static readonly ReadModel[] Models = [new Directory(StoredJson.Options(_ => null)), new EffectiveAccess(), new OrganizationSummary(), new ActivationHistory(), new Utilisation(), new Outbox(), new SubscriptionLog()];

    private static string Text()
    {
        var events = typeof(Refusal).Assembly.GetExportedTypes().Where(type => !type.IsAbstract && type.BaseType is { IsAbstract: true } family
            && family.Name.EndsWith("Event", StringComparison.Ordinal)).GroupBy(type => type.BaseType!.Name).OrderBy(family => family.Key, StringComparer.Ordinal);
        var width = EventNames.All.Keys.Max(type => type.Name.Length);
        var text = new StringBuilder();
        foreach (var family in events)
        {
            text.Append(family.Key).Append('\n');
            foreach (var type in family.OrderBy(type => type.Name, StringComparer.Ordinal))
            {
                text.Append("  ").Append(type.Name.PadRight(width)).Append("  ");
                text.AppendJoin(' ', Models.Select(model => (model.Events.Contains(type) ? model.Name : "-").PadRight(model.Name.Length))).Append('\n');
            }
        }

        return string.Join('\n', text.ToString().Split('\n').Select(line => line.TrimEnd()));
    }
}

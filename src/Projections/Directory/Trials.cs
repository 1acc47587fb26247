using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Trials;
using MediatR;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of trial policies.</summary>
public static class TrialPolicyList
{
    public static Listing Listing { get; } = new("trial-policies", ListField.Id("id", "t.id"),
        [ListField.Text("name", "t.name") with { Searchable = true, Required = true }, .. Columns.Times("t")])
    { Versioned = "t" };

    internal static DirectoryPart<TrialPolicy, TrialPolicyEvent> Part(JsonSerializerOptions json) => new("trial_policy", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Times(state => state.Recorded));
}

/// <summary>One page of all trial policies.</summary>
public sealed record ListTrialPolicies(ListRequest Request) : IListQuery<TrialPolicy>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListTrialPolicies, Result<ListPage<TrialPolicy>>>
    {
        public Task<Result<ListPage<TrialPolicy>>> Handle(ListTrialPolicies query, CancellationToken cancellationToken) => reader.Page(
            directory.TrialPolicies, TrialPolicyList.Listing, new("t.document", $"{directory.TrialPolicies.Rows.Name} t", "true"), query.Request, cancellationToken);
    }
}

/// <summary>The list of trials, those that have ended included.</summary>
public static class TrialList
{
    public static Listing Listing { get; } = new("trial-activations", ListField.Id("id", "t.id"),
    [
        ListField.Id("productId", "t.product_id") with { Required = true },
        ListField.Enum("os", "t.os", "windows", "linux", "macos", "android", "ios") with { Required = true },
        ListField.Text("osVersion", "t.os_version") with { Required = true },
        ListField.Text("hostname", "t.hostname") with { Searchable = true, Sortable = false },
        ListField.Text("vmName", "t.vm_name") with { Required = true },
        ListField.Text("location.countryCode", "t.country_code"),
        ListField.Text("releaseVersion", "t.release_version") with { Required = true },
        ListField.Text("releaseChannel", "t.release_channel") with { Required = true },
        ListField.Text("releasePlatform", "t.release_platform") with { Required = true },
        ListField.Instant("expiresAt", "t.expires_at") with { Required = true },
        ListField.Flag("expired", "t.expires_at <= {now}") with { Sortable = false },
        .. ListField.KeyValues("metadata", "t.metadata"),
        .. Columns.Times("t"),
    ])
    { Versioned = "t" };

    internal static DirectoryPart<TrialActivation, TrialActivationEvent> Part(JsonSerializerOptions json) => new("trial_activation", json, state => state.Exists, table => table
        .Reference("product_id", state => state.Product.Value)
        .Text("os", state => WireEnum.NameOf(state.Report!.Machine.Os))
        .Text("os_version", state => state.Report!.Machine.OsVersion ?? "")
        .Text("hostname", state => state.Report!.Address.Value?.Hostname ?? "")
        .Text("vm_name", state => state.Report!.Machine.VmName ?? "")
        .Column("country_code", NpgsqlDbType.Text, entry => entry.State.Report!.Machine.Country)
        .Text("release_version", state => state.Report!.Machine.ReleaseVersion ?? "")
        .Text("release_channel", state => state.Report!.Machine.ReleaseChannel ?? "")
        .Text("release_platform", state => state.Report!.Machine.ReleasePlatform ?? "")
        .Instant("expires_at", state => state.ExpiresAt)
        .Metadata(state => state.Report!.Metadata)
        .Times(state => state.Recorded)
        .Order("product_id, created_at, id"));
}

/// <summary>One page of the trials of the account.</summary>
public sealed record ListTrials(ListRequest Request) : IListQuery<TrialActivation>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListTrials, Result<ListPage<TrialActivation>>>
    {
        public Task<Result<ListPage<TrialActivation>>> Handle(ListTrials query, CancellationToken cancellationToken) => reader.Page(
            directory.TrialActivations, TrialList.Listing, new("t.document", $"{directory.TrialActivations.Rows.Name} t", "true"), query.Request, cancellationToken);
    }
}

using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Accounts;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.LicenseTemplates;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using EventSourcedOrgs.Domain.Operations;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Releases;
using EventSourcedOrgs.Domain.Roles;
using EventSourcedOrgs.Domain.Trials;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Weasel.Core;

namespace EventSourcedOrgs.Application;

/// <summary>How the write side uses Marten: its events by their names, its inline snapshots, its documents.</summary>
public static class EventStore
{
    public const string Schema = "events";

    public static void ConfigureWriteSide(this StoreOptions options, PersonKeys keys)
    {
        options.DatabaseSchemaName = Schema;
        options.Serializer(new Marten.Services.SystemTextJsonSerializer(StoredJson.Options(keys)) { Casing = Casing.CamelCase });
        options.Advanced.DefaultTenantUsageEnabled = true;
        // Whoever asked decides again: a commit that is only repeated would no longer hold the lock under which it was decided.
        options.ConfigureWritePolly(_ => { });

        options.Events.StreamIdentity = StreamIdentity.AsGuid;
        options.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        options.Events.UseMandatoryStreamTypeDeclaration = true;
        options.Events.UseExclusiveLockOnConcurrentAppends = true;
        options.Events.UseIdentityMapForAggregates = true;
        options.Events.AutoDiscoverTagTypes = false;
        options.Events.MetadataConfig.EnableAll();
        options.Events.MetadataConfig.UserNameEnabled = true;
        foreach (var (type, name) in EventNames.All)
            options.Events.MapEventType(type, name);

        options.Projections.Add(new Snapshot<Organization, OrganizationId, OrganizationEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<User, UserId, UserEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<UserGroup, UserGroupId, UserGroupEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<License, LicenseId, LicenseEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<Activation, ActivationId, ActivationEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<Product, ProductId, ProductEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<LicenseTemplate, LicenseTemplateId, LicenseTemplateEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<MaintenancePolicy, MaintenancePolicyId, MaintenancePolicyEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<TrialPolicy, TrialPolicyId, TrialPolicyEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<TrialActivation, TrialActivationId, TrialActivationEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<Feature, FeatureId, FeatureEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<EntitlementSet, EntitlementSetId, EntitlementSetEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<AccessToken, AccessTokenId, AccessTokenEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<CustomRole, RoleId, CustomRoleEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<Release, ReleaseId, ReleaseEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<ReleaseChannel, ReleaseChannelId, ReleaseChannelEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<ReleasePlatform, ReleasePlatformId, ReleasePlatformEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<Operation, OperationId, OperationEvent>(), ProjectionLifecycle.Inline);
        options.Projections.Add(new Snapshot<Account, AccountId, AccountEvent>(), ProjectionLifecycle.Inline);

        options.Schema.For<Claim>();
        options.Schema.For<PersonKey>();
        options.Schema.For<ErasedPerson>();
        options.Schema.For<Credentials>();
        options.Schema.For<TwoFactorSecret>();
        options.Schema.For<AccessTokenSecret>().Index(secret => secret.AccessToken);
        options.Schema.For<AccessTokenUse>();
        options.Schema.For<AccessToken>().Index(token => token.User).Index(token => token.Organization!);
        options.Schema.For<SignInFailures>().Index(failures => failures.LastAt);
        options.Schema.For<SignInSession>().Index(session => session.User);
        options.Schema.For<RefreshToken>().UseOptimisticConcurrency(true).Index(token => token.User).Index(token => token.Session);
        options.Schema.For<PasswordReset>();
        options.Schema.For<IdentityProviderSecret>();
        options.Schema.For<AskedSignIn>().Index(asked => asked.ExpiresAt);
        options.Schema.For<SigningKey>();
        options.Schema.For<LogSecret>();
        options.Schema.For<ProductKey>();
        options.Schema.For<AnsweredRequest>().Index(answered => answered.AnsweredAt).GinIndexJsonDataMember(answered => answered.Mentions!);
        options.Schema.For<RefusedCommand>().Index(refused => refused.Organization!);
        options.Schema.For<Import>();
        options.Schema.For<Organization>().Index(organization => organization.Name);
        options.Schema.For<User>().Index(user => user.Organization!);
        options.Schema.For<UserGroup>().Index(group => group.Organization);
        options.Schema.For<License>().Index(license => license.Product).Index(license => license.NoticeDue!).GinIndexJsonData();
        options.Schema.For<Activation>().Index(activation => activation.License).Index(activation => activation.Held!).Index(activation => activation.Fingerprint)
            .Index(activation => activation.User!).Index(activation => activation.LeaseExpiresAt!, index => index.Predicate = LicenseUses.HasLease);
        options.Schema.For<ActivationPulse>();
        options.Schema.For<CustomRole>().Index(role => role.Name);
        options.Schema.For<Release>().Index(release => release.Product);
        options.Schema.For<ReleaseChannel>();
        options.Schema.For<ReleasePlatform>();
        options.Schema.For<Product>().Index(product => product.Template).Index(product => product.TrialPolicy!);
        options.Schema.For<TrialPolicy>();
        options.Schema.For<TrialActivation>().Index(trial => trial.Product).GinIndexJsonDataMember(trial => trial.Parts);
        AppendFunction.Configure(options);
        StagedRows.Configure(options);
        ReleaseDownloads.Configure(options);
    }
}

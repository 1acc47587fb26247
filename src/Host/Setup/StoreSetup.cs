using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Trials;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Projections;
using FluentValidation;
using JasperFx;
using Marten;
using MediatR;
using Npgsql;
using Wolverine.Marten;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The event store and the commands on it.</summary>
internal static class StoreSetup
{
    public static void AddStore(this IServiceCollection services, string connection, Secrets secrets)
    {
        var sources = new DataSources(connection);
        var questions = new Lazy<NpgsqlDataSource>(sources.ForQuestions);
        var keys = new Lazy<PersonKeys>(() => new(secrets, questions.Value));
        var wakeup = new Lazy<CommitWakeup>(() => new());
        var options = new Lazy<StoreOptions>(() => Options(keys.Value, wakeup.Value));
        _ = HostApplication.Apart(() => options.Value);
        services.AddSingleton(_ => questions.Value);
        services.AddKeyedSingleton(DataSources.UsualPages, (_, _) => sources.ForUsualPages());
        services.AddKeyedSingleton(DataSources.Marten, (_, _) => sources.ForMarten());
        services.AddKeyedSingleton(DataSources.Rebuild, (_, _) => sources.ForRebuilds());
        services.AddSingleton(provider => new States(sources.ForStates(), provider.GetRequiredService<IDocumentStore>(), provider.GetRequiredService<PersonKeys>()));
        services.AddSingleton(secrets);
        services.AddSingleton(_ => keys.Value);
        services.AddSingleton(_ => wakeup.Value);
        services.AddSingleton<FormerMachines>(provider => new LinesOfMachines(provider.GetRequiredService<NpgsqlDataSource>()).Of);
        services.AddMarten(_ => options.Value)
            .UseLightweightSessions()
            .UseNpgsqlDataSource(DataSources.Marten)
            .IntegrateWithWolverine(integration => integration.MessageStorageSchemaName = Messaging.Schema);
    }

    /// <summary>What the store is told of events, states and documents. It takes a fifth of a start and needs nothing else, so it is begun first.</summary>
    private static StoreOptions Options(PersonKeys keys, CommitWakeup wakeup)
    {
        var options = new StoreOptions { AutoCreateSchemaObjects = AutoCreate.None };
        options.ConfigureWriteSide(keys);
        options.FollowCommits(wakeup);
        return options;
    }

    /// <summary>The read models, the questions to them, and how far they have come.</summary>
    public static void AddReadModels(this IServiceCollection services)
    {
        services.AddSingleton(provider => new Projections.Directory(StoredJson.Options(provider.GetRequiredService<PersonKeys>())));
        services.AddSingleton<ReadModel>(provider => provider.GetRequiredService<Projections.Directory>());
        services.AddSingleton<ReadModel, EffectiveAccess>();
        services.AddSingleton<ReadModel, OrganizationSummary>();
        services.AddSingleton<ReadModel, ActivationHistory>();
        services.AddSingleton<ReadModel, Utilisation>();
        services.AddSingleton<ReadModel, Outbox>();
        services.AddSingleton<ReadModel, HistoryFeed>();
        services.AddSingleton<ReadModel, SubscriptionLog>();
        services.AddSingleton(provider => new Progress(
            provider.GetRequiredService<IDocumentStore>().Storage.Database, provider.GetServices<ReadModel>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new Follower(
            provider.GetRequiredService<IDocumentStore>(), provider.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.Marten), [.. provider.GetServices<ReadModel>()],
            provider.GetRequiredService<Progress>(), provider.GetRequiredService<CommitWakeup>(), provider.GetRequiredService<ILogger<Follower>>())
        { WhenForked = provider.GetRequiredService<IHostApplicationLifetime>().StopApplication });
        services.AddHostedService(provider => provider.GetRequiredService<Follower>());
        services.AddOperations();
        services.AddSingleton(provider => new KnownRows(() => provider.GetRequiredService<PersonKeys>().Erased));
        services.AddSingleton(provider => new DirectoryReader(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.UsualPages), provider.GetRequiredService<Progress>(),
            provider.GetRequiredService<KnownRows>(), provider.GetRequiredService<IDocumentStore>()));
        services.AddSingleton<Moments>();
        services.AddSingleton<AccessReader>();
        services.AddSingleton<AccessDifferenceReader>();
        services.AddSingleton<HistoryReader>();
        services.AddSingleton<ActivationLogReader>();
        services.AddSingleton<UtilisationReader>();
        services.AddSingleton<Replay>();
        services.AddSingleton<FormerStates>();
        services.AddSingleton<PastStates>();
        services.AddSingleton(provider => new FeedReader(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.UsualPages), provider.GetRequiredService<Progress>(),
            provider.GetRequiredService<IDocumentStore>(), provider.GetRequiredService<FormerStates>()));
        services.AddSingleton<Api.HistoryWriter>();
        services.AddSingleton<Api.RefusedCommandReader>();
        services.AddScoped<Api.OfflineResponseReader>();
        services.AddSingleton<AccessNeighbours>();
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(CatchUp<,>));
        services.AddHandlersOf(typeof(ReadModel).Assembly);
    }

    /// <summary>MediatR with its two steps before every handler; handlers and validators are found in the Application.</summary>
    public static void AddCommands(this IServiceCollection services)
    {
        services.AddScoped<Context>();
        services.AddScoped<Store>();
        services.AddSingleton<Grants>();
        services.AddSingleton<LicenseUses>();
        services.AddSingleton<ActivationTokens>();
        services.AddSingleton<TrialMachines>();
        services.AddSingleton<TrialTokens>();
        services.AddSingleton<Refusals>();
        services.AddSingleton<StreamTurns>();
        services.AddSingleton<Holders>();
        services.AddSingleton<AppendFunction>();
        services.AddSingleton<GroupCommit>();
        services.AddSingleton<StatesBefore>(provider => provider.GetRequiredService<PastStates>().FindAsync);
        services.AddSingleton<WriteSide>();
        services.AddSingleton<Committed>(provider => provider.GetRequiredService<CommitWakeup>().Note);
        services.AddSingleton<Commands>();
        services.AddSingleton<StagedRows>();
        services.AddSingleton<ImportIntake>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(PermissionTable.Permissions);

        services.AddScoped<ServiceFactory>(provider => provider.GetRequiredService);
        services.AddScoped<IMediator, Mediator>();
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(Observe<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(Authorize<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(Validate<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(WithinOrganization<,>));
        services.AddHandlersOf(typeof(Commands).Assembly);
    }

    public static void AddHandlersOf(this IServiceCollection services, System.Reflection.Assembly assembly)
    {
        // Most types are closures and state machines of the compiler, which are not worth looking at in a start.
        foreach (var type in assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false, IsGenericType: false } && type.Name[0] != '<'))
        {
            foreach (var contract in type.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)))
                services.AddTransient(contract, type);
            if (type.IsNested && type.GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IValidator<>)) is { } validator)
                services.AddSingleton(validator, type);
        }
    }
}

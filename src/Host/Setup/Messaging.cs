using JasperFx;
using JasperFx.CodeGeneration;
using Npgsql;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Postgresql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// What happens later and survives a crash: messages leave with the events of their unit of work and wait in the database until they are handled.
/// Their handlers are the types named here and no others, so that no MediatR handler is ever reached past its authorization.
/// </summary>
internal static class Messaging
{
    public const string Schema = "messages";

    /// <summary>An atomic import is one message, and hashing its passwords takes minutes; after a minute, as Wolverine has it, it would begin anew for ever.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)];

    /// <param name="services">Those of the Host.</param>
    /// <param name="alone">True when no other Host shares the database: what a predecessor left unfinished is taken over at once.</param>
    /// <param name="handlers">The types with <c>Handle</c> methods.</param>
    public static void AddMessaging(this IServiceCollection services, bool alone, params Type[] handlers) => services.AddWolverine(ExtensionDiscovery.ManualOnly, options =>
    {
        options.CodeGeneration.TypeLoadMode = TypeLoadMode.Static;
        options.ServiceName = "eventsourcedorgs";
        options.ApplicationAssembly = typeof(Messaging).Assembly;
        options.Discovery.DisableConventionalDiscovery();
        foreach (var handler in handlers)
            options.Discovery.IncludeType(handler);

        options.DefaultExecutionTimeout = Longest;
        options.AutoBuildMessageStorageOnStartup = AutoCreate.None;
        options.Durability.Mode = alone ? DurabilityMode.Solo : DurabilityMode.Balanced;
        options.Policies.UseDurableLocalQueues();
        options.OnException<NpgsqlException>(e => e.IsTransient).ScheduleRetry(Pauses).WithFullJitter();
        options.OnException<TimeoutException>().ScheduleRetry(Pauses).WithFullJitter();
        options.OnAnyException().ScheduleRetry(Pauses[..3]);
    });
}

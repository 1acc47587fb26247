using EventSourcedOrgs.Application.Writing;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// The pools of connections to the one database. None but that of rebuilds has anything to forget when a connection goes back, because nothing else sets anything for a session; so nothing is reset,
/// which would be a third of all that PostgreSQL is asked. Together they stay below the hundred connections that PostgreSQL has by default.
/// </summary>
internal sealed class DataSources(string connection)
{
    public const string Marten = "marten";
    public const string Rebuild = "rebuild";
    public const string UsualPages = "usual pages";

    /// <summary>
    /// Nothing is compiled: it takes PostgreSQL half a second to compile what it expects to be expensive, and what it expects of lists is often a thousand times what a page of them then takes.
    /// </summary>
    private const string Interpreted = "-c jit=off";

    /// <summary>One plan for all values of a statement: for what is read and written by ids and positions, where making plans would take longest.</summary>
    private const string OnePlan = "-c plan_cache_mode=force_generic_plan";

    /// <summary>
    /// What is read by an index is usually in memory. As if it were on a disk that turns, a page of a read model that changes two hundred rows would go through the whole table instead, ten milliseconds a statement where one will do,
    /// and to count the machines that are live, through all that ever were.
    /// </summary>
    private const string InMemory = "-c random_page_cost=1.1";

    private NpgsqlConnectionStringBuilder Settings => new(connection) { MaxAutoPrepare = 200, AutoPrepareMinUsages = 2, MaxPoolSize = 30, ApplicationName = "eventsourcedorgs", NoResetOnClose = true };

    /// <summary>For lists and reports, whose plans depend on what is asked for.</summary>
    public NpgsqlDataSource ForQuestions() => Source(20, InMemory);

    /// <summary>For pages of lists that are read along an index, whatever the values.</summary>
    public NpgsqlDataSource ForUsualPages() => Source(10, OnePlan);

    /// <summary>For the event store, the read models that follow it, and messages.</summary>
    public NpgsqlDataSource ForMarten() => Source(60, InMemory);

    /// <summary>For states: they never wait for a connection.</summary>
    public NpgsqlDataSource ForStates() => Source(States.AtOnce, OnePlan);

    /// <summary>For rebuilds, which set how their sessions work.</summary>
    public NpgsqlDataSource ForRebuilds() => Source(Settings.MaxPoolSize, resets: true);

    /// <summary>A pool of connections, with the options that the connection string has, and these.</summary>
    private NpgsqlDataSource Source(int most, string options = "", bool resets = false)
    {
        var settings = Settings;
        (settings.MaxPoolSize, settings.Options, settings.NoResetOnClose) = (most, $"{settings.Options} {Interpreted} {options}".Trim(), !resets);
        return NpgsqlDataSource.Create(settings.ConnectionString);
    }
}

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
    /// One plan for all values of a statement: for what is read and written by ids and positions, where making plans would take longest. What it is thought to cost may be far too much, so nothing is compiled.
    /// </summary>
    private const string OnePlan = "-c plan_cache_mode=force_generic_plan -c jit=off";

    /// <summary>
    /// What is read by its key is usually in memory. As if it were on a disk that turns, a page of a read model that changes two hundred rows would go through the whole table instead: ten milliseconds a statement where one will do.
    /// </summary>
    private const string ByKey = "-c random_page_cost=1.1";

    private NpgsqlConnectionStringBuilder Settings => new(connection) { MaxAutoPrepare = 200, AutoPrepareMinUsages = 2, MaxPoolSize = 30, ApplicationName = "eventsourcedorgs", NoResetOnClose = true };

    /// <summary>For lists and reports, whose plans depend on what is asked for.</summary>
    public NpgsqlDataSource ForQuestions() => Source(With(settings => settings.MaxPoolSize = 20));

    /// <summary>For pages of lists that are read along an index, whatever the values.</summary>
    public NpgsqlDataSource ForUsualPages() => Source(With(settings => (settings.Options, settings.MaxPoolSize) = (OnePlan, 10)));

    /// <summary>For the event store, the read models that follow it, and messages.</summary>
    public NpgsqlDataSource ForMarten() => Source(With(settings => (settings.Options, settings.MaxPoolSize) = (ByKey, 60)));

    /// <summary>For states: they never wait for a connection.</summary>
    public NpgsqlDataSource ForStates() => Source(With(settings => (settings.Options, settings.MaxPoolSize) = (OnePlan, States.AtOnce)));

    /// <summary>For rebuilds, which set how their sessions work.</summary>
    public NpgsqlDataSource ForRebuilds() => Source(With(settings => settings.NoResetOnClose = false));

    private static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder settings) => NpgsqlDataSource.Create(settings.ConnectionString);

    private NpgsqlConnectionStringBuilder With(Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = Settings;
        change(settings);
        return settings;
    }
}

using EventSourcedOrgs.Application;
using EventSourcedOrgs.Projections;
using JasperFx;
using Marten;
using Npgsql;
using Weasel.Core.Migrations;
using Wolverine.Persistence.Durability;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The schema of this version in the database: history, log and messages are the owner's, the read models belong to the role that the service works as.</summary>
internal static class Schema
{
    /// <summary>Brings history, log and messages there, as one who may; does nothing when they are there.</summary>
    public static async Task MigrateHistoryAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await services.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate);
        await LogTiles.MigrateAsync(services.GetRequiredService<NpgsqlDataSource>(), cancellation);
        await ((IDatabase)services.GetRequiredService<IMessageStore>()).ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate, ct: cancellation);
    }

    /// <summary>Brings the read models there, as the role that the service works as.</summary>
    public static Task MigrateReadModelsAsync(IServiceProvider services, CancellationToken cancellation) =>
        ReadModels.MigrateAsync(services.GetRequiredService<NpgsqlDataSource>(), services.GetServices<ReadModel>(), cancellation);

    /// <summary>Brings history, log and messages there where the role that the service works as owns them; else sees that they are there. Answers whether it could.</summary>
    public static async Task<bool> MigrateOrCheckHistoryAsync(IServiceProvider services, CancellationToken cancellation)
    {
        if (await MayMigrateAsync(services.GetRequiredService<NpgsqlDataSource>(), cancellation))
        {
            await MigrateHistoryAsync(services, cancellation);
            return true;
        }

        return await HistoryIsMigratedAsync(services.GetRequiredService<IDocumentStore>(), cancellation)
            ? false
            : throw new RuntimeRoleException("The database is not at the schema of this version, and the role that was given may not bring it there. Run 'migrate' with --owner first.");
    }

    /// <summary>Sees that the role that the service works as cannot alter what is recorded.</summary>
    public static async Task CheckRoleAsync(IServiceProvider services, CancellationToken cancellation)
    {
        if (await RewriteRights.OfAsync(services.GetRequiredService<NpgsqlDataSource>(), cancellation) is [_, ..] rights)
            throw new RuntimeRoleException($"The role that the service shall work as could alter what is recorded: it {string.Join("; it ", rights)}. Name another role in --connection, or take this from it.");
    }

    /// <summary>Whether events, states and documents are at the schema of this version.</summary>
    public static async Task<bool> HistoryIsMigratedAsync(IDocumentStore store, CancellationToken cancellation)
    {
        try
        {
            await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync(cancellation);
            return true;
        }
        catch (DatabaseValidationException)
        {
            return false;
        }
    }

    private static async Task<bool> MayMigrateAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
             select coalesce(
                 (select pg_has_role(current_user, nspowner, 'usage') from pg_namespace where nspname = '{EventStore.Schema}'),
                 has_database_privilege(current_user, current_database(), 'create'))
             """);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}

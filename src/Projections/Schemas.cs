namespace EventSourcedOrgs.Projections;

/// <summary>Schemas that have to be there.</summary>
internal static class Schemas
{
    /// <summary>Creates one where it is missing. Asking for one that is there needs no right to create any, as "create schema if not exists" does.</summary>
    public static string Ensured(string schema) => $"do $$ begin if to_regnamespace('{schema}') is null then create schema {schema}; end if; end $$";
}

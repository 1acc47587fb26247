using EventSourcedOrgs.Host.Setup;

await using var app = HostApplication.Build(new HostSettings
{
    Connection = Environment.GetEnvironmentVariable("ConnectionStrings__Postgres")!,
    MasterKey = Convert.FromBase64String(Environment.GetEnvironmentVariable("EVENTSOURCEDORGS_MASTER_KEY")!),
    Urls = Environment.GetEnvironmentVariable("ASPNETCORE_URLS") ?? "http://127.0.0.1:8080",
});
await app.MigrateAsync();
await app.RunAsync();

using EventSourcedOrgs.Application;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Setup;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddStore(builder.Configuration.GetConnectionString("Postgres")!, new Secrets(new byte[32]));
builder.Services.AddCommands();
builder.Services.AddApi();

var app = builder.Build();
app.UseApi();
await app.RunAsync();

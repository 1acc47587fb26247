using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Accounts;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Application.LicenseTemplates;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Products;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.LicenseTemplates;
using Marten;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>What a private installation gets at its first start: an account, and data to look at. At later starts it is all there.</summary>
internal sealed class FirstStart(IServiceProvider services)
{
    public const string SuperAdmin = "admin@vendor.example";
    public const string DemoPassword = "demo-password";
    private const string Alias = "demo";

    // The same ids in every installation, so that the demo comes once, also when a first start was interrupted.
    private static readonly LicenseTemplateId Template = LicenseTemplateId.From(new("01900000-0000-7000-8000-000000000001"));
    private static readonly ProductId Product = ProductId.From(new("01900000-0000-7000-8000-000000000002"));
    private static readonly ImportId Demo = ImportId.From(new("01900000-0000-7000-8000-000000000003"));

    private readonly Commands commands = services.GetRequiredService<Commands>();

    /// <summary>
    /// Opens the account unless there is one. Answers the password of its super-admin, which nobody can ask for later; in an installation to look
    /// at it is everybody's demo password.
    /// </summary>
    public async Task<string?> OpenAccountAsync(bool demo, CancellationToken cancellation)
    {
        await using var session = services.GetRequiredService<IDocumentStore>().QuerySession();
        if (await session.FindAccount(cancellation) is not null)
            return null;

        var password = demo ? DemoPassword : AccountCommand.NewPassword();
        await SendAsync(new OpenAccount("Vendor", Alias, SuperAdmin, password), cancellation);
        return password;
    }

    /// <summary>Imports the demo unless it is there.</summary>
    public async Task ImportDemoAsync(CancellationToken cancellation)
    {
        await using var session = services.GetRequiredService<IDocumentStore>().QuerySession();
        if (await session.LoadAsync<Import>(Demo, cancellation) is { State: not ImportState.Receiving })
            return;

        await services.GetRequiredService<StagedRows>().ForgetUnlessStarted(Demo);
        if (await session.LoadAsync<LicenseTemplate>(Template, cancellation) is null)
            await SendAsync(new CreateLicenseTemplate(Template, "Standard", new(LicensePolicy.DefaultKeyPattern, new(), new(), [], [])), cancellation);
        if (await session.LoadAsync<Domain.Products.Product>(Product, cancellation) is null)
            await SendAsync(new CreateProduct(Product, "Workbench", "Workbench", "The product of the demo", Template, []), cancellation);
        await ImportCommand.FollowAsync(new DatabaseTarget(services) { Import = Demo }, new("demo.csv", OpenDemo), ImportMode.PerItem, dryRun: false, cancellation);
    }

    private static Stream OpenDemo() => typeof(FirstStart).Assembly.GetManifestResourceStream("demo.csv")!;

    private async Task SendAsync<T>(ICommand<T> command, CancellationToken cancellation)
    {
        if ((await commands.Run(command, Envelope.System, null, cancellation)).Result.Refusal is { } refusal)
            throw new InvalidOperationException($"{refusal.Code}: {refusal.Message}");
    }
}

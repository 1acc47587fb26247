using EventSourcedOrgs.Application.LicenseTemplates;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Licence templates, also under their older name, license policies.</summary>
internal static class LicenseTemplateEndpoints
{
    public static void MapLicenseTemplates(this Routes routes)
    {
        foreach (var name in (string[])["license-templates", "license-policies"])
            Map(routes.MapGroup($"/{name}").WithTags("License templates"), name);
    }

    private static void Map(Routes templates, string name)
    {
        templates.MapPost("", (NewLicenseTemplate body, HttpContext http) =>
                http.Send(body.ToCommand(), WireLicenseTemplate.Of, StatusCodes.Status201Created, t => $"/v3/{name}/{t.Id}", t => t.Recorded))
            .WithSummary("Create a license template").Produces<WireLicenseTemplate>(StatusCodes.Status201Created);

        templates.MapGet("", Task<IResult> (HttpContext http) =>
                http.List(LicenseTemplateList.Listing, request => new ListLicenseTemplates(request), WireLicenseTemplate.Of))
            .WithList(LicenseTemplateList.Listing).WithSummary("List license templates").Produces<IReadOnlyList<WireLicenseTemplate>>();

        templates.MapGet("/{templateId}", (LicenseTemplateId templateId, HttpContext http) =>
                http.Ask(new GetLicenseTemplate(templateId), WireLicenseTemplate.Of, t => t.Recorded))
            .WithSummary("Get a license template").Produces<WireLicenseTemplate>();

        templates.MapPatch("/{templateId}", (LicenseTemplateId templateId, LicenseTemplatePatch body, HttpContext http) =>
                http.Send(body.ToCommand(templateId), WireLicenseTemplate.Of, version: t => t.Recorded))
            .WithSummary("Change a license template: licenses that exist keep their terms").Produces<WireLicenseTemplate>();

        templates.MapDelete("/{templateId}", (LicenseTemplateId templateId, HttpContext http) => http.Send(new DeleteLicenseTemplate(templateId)))
            .WithSummary("Delete a license template that no product uses").Produces(StatusCodes.Status204NoContent);
    }
}

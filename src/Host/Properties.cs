using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("EventSourcedOrgs.Host.Tests")]
[assembly: InternalsVisibleTo("EventSourcedOrgs.Oracle.Tests")]
[assembly: InternalsVisibleTo("EventSourcedOrgs.Projections.Tests")]
[assembly: InternalsVisibleTo("EventSourcedOrgs.Architecture.Tests")]
[assembly: InternalsVisibleTo("EventSourcedOrgs.Portal.Tests")]

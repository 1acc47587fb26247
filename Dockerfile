FROM ubuntu:26.04 AS build
RUN apt-get update && apt-get install -y --no-install-recommends dotnet-sdk-10.0 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/Domain/*.csproj src/Domain/
COPY src/Application/*.csproj src/Application/
COPY src/Proof/*.csproj src/Proof/
COPY src/Portal/*.csproj src/Portal/
COPY src/Projections/*.csproj src/Projections/
COPY src/Host/*.csproj src/Host/
RUN dotnet restore src/Host --use-current-runtime
COPY demo demo
COPY src src
RUN dotnet publish src/Host --configuration Release --use-current-runtime --no-restore --output /app

FROM ubuntu:26.04
RUN apt-get update && apt-get install -y --no-install-recommends aspnetcore-runtime-10.0 && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home eventsourcedorgs && install --directory --owner eventsourcedorgs /var/lib/eventsourcedorgs
WORKDIR /app
COPY --from=build /app .
ENV ReleaseFiles__Folder=/var/lib/eventsourcedorgs/release-files
ENV EVENTSOURCEDORGS_PROOF=/var/lib/eventsourcedorgs/proof
USER eventsourcedorgs
EXPOSE 8080
ENTRYPOINT ["dotnet", "EventSourcedOrgs.Host.dll"]

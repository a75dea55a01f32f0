# Builds the NativeAOT binary with the same script as `make aot` and ships it alone.
#   docker build -t fastgate .
#   docker run -p 8080:8080 -v ./fastgate.yaml:/etc/fastgate/fastgate.yaml:ro -e OPENAI_API_KEY fastgate
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update && apt-get install -y --no-install-recommends clang zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props FastGate.sln ./
COPY src src
COPY tests tests
COPY bench bench
COPY scripts/publish-aot.sh scripts/publish-aot.sh
ARG TARGETARCH=amd64
RUN case "$TARGETARCH" in amd64) rid=linux-x64 ;; arm64) rid=linux-arm64 ;; *) echo "no build for $TARGETARCH" >&2; exit 1 ;; esac \
    && RID=$rid scripts/publish-aot.sh /out/fastgate

# glibc, certificates, OpenSSL for TLS, and a user without rights; no shell is needed to run it.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
COPY --from=build /out/ /usr/local/bin/
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/fastgate"]
# Inside a container the data plane must be reachable from outside it; the control plane stays on loopback unless an admin_token is set.
CMD ["serve", "--config", "/etc/fastgate/fastgate.yaml", "--listen", "*:8080"]

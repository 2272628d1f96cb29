# syntax=docker/dockerfile:1.7
# A service in Go, built across platforms.
ARG GO_VERSION=1.22
ARG ALPINE=alpine:3.20

FROM --platform=$BUILDPLATFORM golang:${GO_VERSION}-alpine AS build
ARG TARGETOS TARGETARCH
WORKDIR /src
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=bind,source=go.sum,target=go.sum \
    --mount=type=bind,source=go.mod,target=go.mod \
    go mod download -x
COPY --from=ghcr.io/example/certs:2024 /etc/ssl/certs /certs
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod \
    # build for the platform that is asked for
    GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /bin/server ./cmd

FROM build AS test
RUN go test ./...

FROM $ALPINE AS final
RUN <<EOF
set -e
apk add --no-cache tini
# FROM here on as nobody
EOF
COPY --from=build /bin/server /bin/
COPY --from=0 /certs /etc/ssl/certs
USER 65532
ENTRYPOINT ["/sbin/tini", "--", "/bin/server"]

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # assay, work and the functions are those of run.sh, which sources this
# docker-daemon: and assay pull on the real engine over TCP: with TLS and certificates of both sides, and plain.

# engine_again OPTION...: dockerd once more, with the same images, at the socket and at what OPTION says.
engine_again() {
    stack_stop_one dockerd
    stack_dockerd "$@"
}
# files_of NAME CA [CERTIFICATE [KEY]]: a directory as DOCKER_CERT_PATH names it
files_of() {
    mkdir -p "$work/$1"
    cp "$STACK_DIR/tls/$2.crt" "$work/$1/ca.pem"
    [ -z "$3" ] || cp "$STACK_DIR/tls/$3.crt" "$work/$1/cert.pem"
    [ -z "$3" ] || cp "$STACK_DIR/tls/${4:-$3}.key" "$work/$1/key.pem"
}
# over_tls HOST FILES COMMAND...
over_tls() {
    DOCKER_HOST=tcp://$1:$engine_port DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$work/$2 "${@:3}"
}
over_tcp() { DOCKER_HOST=tcp://127.0.0.1:$engine_port "$@"; }
engine_has() { docker image inspect "$1" >/dev/null 2>&1; }
# names PATTERN: what the last run printed names the cause
names() { holds "and says: $1" grep -qiE -- "$1" "$work/out"; }

engine=docker-daemon:$app:one
engine_port=$(stack_ports 1)
server="extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n"
stack_certificate expired ca localhost "$server" -1
stack_certificate lapsed ca someone 'extendedKeyUsage=clientAuth\n' -1
stack_certificate stranger other-ca stranger 'extendedKeyUsage=clientAuth\n'
files_of good ca client
files_of without ca ''
files_of wrong-ca other-ca client
files_of strange ca stranger
files_of late ca lapsed
files_of two-keys ca client stranger
files_of empty ca client
: >"$work/empty/ca.pem"
files_of no-ca ca client
echo "no certificate" >"$work/no-ca/ca.pem"
# a machine whose own authorities vouch for the engine
mkdir "$work/system"
cp "$CA" "$work/system/ca-certificates.crt"
cp "$CA" "$work/system/test.pem"
openssl rehash "$work/system" 2>/dev/null
# shellcheck disable=SC2016 # expanded by the shell inside
as_system_ca() { unshare --mount -- bash -c 'mount --bind "$1" /etc/ssl/certs && exec "${@:2}"' - "$work/system" "$@"; }

echo "# the engine over TLS"
engine_again --tlsverify --tlscacert "$CA" --tlscert "$STACK_DIR/tls/server.crt" --tlskey "$STACK_DIR/tls/server.key" \
    -H "tcp://127.0.0.1:$engine_port" -H "tcp://127.0.0.2:$engine_port"
over_tls localhost good run 0 "docker itself" docker version
for host in localhost 127.0.0.1; do
    over_tls $host good says 0 ok "over TLS at $host" verify "$engine"
    holds "engine=exported is said" grep -q engine=exported "$work/out"
    holds "the engine's image is the signed one" grep -q "$(digest_of one)" "$work/out"
done
over_tls localhost good says 0 ok "an index of which the engine has one platform" verify "docker-daemon:$app:many"
over_tls localhost good says 4 image-absent "what it does not have" verify "docker-daemon:$app:zstd"
over_tls localhost good says 4 offline "--offline asks no engine" verify --offline "$engine"
docker rmi -f "$app:two" "$app:one" >>"$STACK_DIR/log/publish" 2>&1
over_tls localhost good says 0 ok "pull over TLS" "$assay" pull "$app:one"
holds "the engine has what was pulled" engine_has "$app:one@$(digest_of one)"
over_tls localhost good says 0 ok "and verify of that" verify "$engine"

over_tls localhost wrong-ca says 4 engine "another CA" verify "$engine" && names certificate
over_tls 127.0.0.2 good says 4 engine "a certificate for another name" verify "$engine" && names "name|127.0.0.2"
over_tls localhost without says 2 config "no client certificate" verify "$engine"
over_tls localhost strange says 4 engine "a client certificate of another CA" verify "$engine"
over_tls localhost late says 4 engine "an expired client certificate" verify "$engine"
over_tls localhost two-keys says 2 config "the key of another certificate" verify "$engine"
over_tls localhost empty says 2 config "an empty file of CAs" verify "$engine"
over_tls localhost no-ca says 2 config "a file of CAs that holds none" verify "$engine"
run 0 "where the system vouches for the test's CA" as_system_ca curl -fsS --noproxy '*' "https://$REGISTRY/v2/"
over_tls localhost good says 0 ok "the engine's CA, there" as_system_ca "$assay" verify "$engine"
over_tls localhost wrong-ca says 4 engine "no CA of the system counts" as_system_ca "$assay" verify "$engine"
over_tls localhost nowhere says 2 config "no files" verify "$engine"
over_tls localhost wrong-ca run 4 "pull by an engine with another CA" "$assay" pull "$app:one"
over_tcp says 2 usage "TCP without TLS" verify "$engine"
over_tcp says 4 engine "TCP without TLS, allowed, to an engine that wants it" verify \
    --plain-http "127.0.0.1:$engine_port" "$engine"
over_tls localhost wrong-ca says 4 engine "another CA, where plain HTTP is allowed" verify \
    --plain-http "localhost:$engine_port" --insecure-tls "localhost:$engine_port" "$engine"
SSL_CERT_FILE=$CA CURL_CA_BUNDLE=$CA over_tls localhost wrong-ca says 4 engine "no variable names a CA" verify "$engine"

engine_again --tlsverify --tlscacert "$CA" --tlscert "$STACK_DIR/tls/expired.crt" --tlskey "$STACK_DIR/tls/expired.key" \
    -H "tcp://127.0.0.1:$engine_port"
over_tls localhost good says 4 engine "an expired certificate" verify "$engine" && names expired

echo "# the engine over plain TCP"
engine_again --tls=false -H "tcp://127.0.0.1:$engine_port"
over_tcp says 2 usage "without --plain-http" verify "$engine"
over_tcp says 2 usage "--plain-http for another port" verify --plain-http "127.0.0.1:$((engine_port + 1))" "$engine"
over_tcp says 0 ok "with --plain-http" verify --plain-http "127.0.0.1:$engine_port" "$engine"
holds "engine=exported is said" grep -q engine=exported "$work/out"
over_tcp says 0 ok "pull by plain TCP" "$assay" pull "$app:one"
over_tls localhost good says 4 engine "TLS to an engine that speaks plain HTTP" verify "$engine"

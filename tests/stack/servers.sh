#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Starts the real servers on free loopback ports below one directory, and ends them by pid:
#
#   . tests/stack/servers.sh
#   stack_start DIR      notary-signer, notary-server, docker-registry (TLS), dockerd
#   stack_stop           ends what was started; stack_stop_one NAME ends one
#
# Sets STACK_DIR, REGISTRY (host:port), TRUST_SERVER (URL), CA, DOCKER_HOST, and a HOME and
# DOCKER_CONFIG of their own, so that nothing of the user's is read or written.

stack_die() { echo "stack: $*" >&2; exit 1; }

# Free ports, held open together so that they differ.
stack_ports() {
    python3 - "$1" <<'P'
import socket, sys
held = []
for _ in range(int(sys.argv[1])):
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    held.append(s)
print(*[s.getsockname()[1] for s in held])
P
}

# stack_certificate NAME ISSUER SUBJECT EXTENSIONS [DAYS]: issuer "self" makes a CA; days below 0, one that has expired.
stack_certificate() {
    local name=$1 issuer=$2 subject=$3 extensions=$4 days=${5:-3650}
    local tls=$STACK_DIR/tls
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$subject" \
        -keyout "$tls/$name.key" -out "$tls/$name.csr" 2>/dev/null
    printf '%b' "$extensions" >"$tls/$name.ext"
    if [ "$issuer" = self ]; then
        openssl x509 -req -in "$tls/$name.csr" -signkey "$tls/$name.key" -days 3650 -sha256 \
            -extfile "$tls/$name.ext" -out "$tls/$name.crt" 2>/dev/null
    else
        openssl x509 -req -in "$tls/$name.csr" -CA "$tls/$issuer.crt" -CAkey "$tls/$issuer.key" \
            -CAcreateserial -days "$days" -sha256 -extfile "$tls/$name.ext" -out "$tls/$name.crt" \
            2>/dev/null
    fi
    # throw-away keys, read by servers that run as another user
    chmod 644 "$tls/$name.key"
}

stack_tls() {
    local names='subjectAltName=DNS:localhost,IP:127.0.0.1'
    stack_certificate ca self 'assay test CA' \
        'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
    stack_certificate other-ca self 'another CA' \
        'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
    stack_certificate server ca localhost "extendedKeyUsage=serverAuth\n$names\n"
    stack_certificate client ca 'notary-server' 'extendedKeyUsage=clientAuth\n'
    export CA=$STACK_DIR/tls/ca.crt
}

# stack_run NAME COMMAND...: in the background, with its pid and log.
stack_run() {
    local name=$1
    shift
    setsid "$@" >"$STACK_DIR/log/$name" 2>&1 </dev/null &
    echo $! >"$STACK_DIR/pid/$name"
}

stack_alive() { kill -0 "$(cat "$STACK_DIR/pid/$1" 2>/dev/null)" 2>/dev/null; }

# stack_wait NAME SECONDS COMMAND...: until the command succeeds.
stack_wait() {
    local name=$1 tries=$(($2 * 10))
    shift 2
    until "$@" >/dev/null 2>&1; do
        stack_alive "$name" || { tail -n 5 "$STACK_DIR/log/$name" >&2; stack_die "$name ended"; }
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { tail -n 5 "$STACK_DIR/log/$name" >&2; stack_die "$name is not ready"; }
        sleep 0.1
    done
}

stack_get() { curl -fsS -m 3 --noproxy '*' --cacert "$CA" "$@"; }
stack_listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

stack_signer() {
    cat >"$STACK_DIR/conf/signer.json" <<J
{"server": {"grpc_addr": "127.0.0.1:$SIGNER_PORT", "tls_cert_file": "$STACK_DIR/tls/server.crt",
            "tls_key_file": "$STACK_DIR/tls/server.key", "client_ca_file": "$CA"},
 "logging": {"level": "info"}, "storage": {"backend": "memory"}}
J
    stack_run signer env NOTARY_SIGNER_DEFAULT_ALIAS=test NOTARY_SIGNER_TEST=passphrase-of-the-test \
        notary-signer -config "$STACK_DIR/conf/signer.json" -logf logfmt
    stack_wait signer 20 stack_listens "$SIGNER_PORT"
}

stack_notary() {
    cat >"$STACK_DIR/conf/notary.json" <<J
{"server": {"http_addr": "127.0.0.1:$NOTARY_PORT", "tls_cert_file": "$STACK_DIR/tls/server.crt",
            "tls_key_file": "$STACK_DIR/tls/server.key"},
 "trust_service": {"type": "remote", "hostname": "localhost", "port": "$SIGNER_PORT",
                   "tls_ca_file": "$CA", "key_algorithm": "ecdsa",
                   "tls_client_cert": "$STACK_DIR/tls/client.crt",
                   "tls_client_key": "$STACK_DIR/tls/client.key"},
 "logging": {"level": "info"}, "storage": {"backend": "memory"}}
J
    stack_run notary notary-server -config "$STACK_DIR/conf/notary.json" -logf logfmt
    stack_wait notary 20 stack_get "https://localhost:$NOTARY_PORT/_notary_server/health"
}

stack_registry() {
    cat >"$STACK_DIR/conf/registry.yml" <<Y
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $STACK_DIR/registry}, delete: {enabled: true}}
http:
  addr: 127.0.0.1:$REGISTRY_PORT
  tls: {certificate: $STACK_DIR/tls/server.crt, key: $STACK_DIR/tls/server.key}
Y
    stack_run registry env OTEL_TRACES_EXPORTER=none docker-registry serve \
        "$STACK_DIR/conf/registry.yml"
    stack_wait registry 20 stack_get "https://localhost:$REGISTRY_PORT/v2/"
}

# A second registry that wants a user, for the credentials.
stack_private_registry() {
    mkdir -p "$STACK_DIR/private"
    python3 - >"$STACK_DIR/conf/htpasswd" <<'P'
import warnings
warnings.simplefilter("ignore")
import crypt
print("reader:" + crypt.crypt("secret-of-the-test", crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=32)))
P
    cat >"$STACK_DIR/conf/private.yml" <<Y
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $STACK_DIR/private}}
auth: {htpasswd: {realm: test, path: $STACK_DIR/conf/htpasswd}}
http:
  addr: 127.0.0.1:$PRIVATE_PORT
  tls: {certificate: $STACK_DIR/tls/server.crt, key: $STACK_DIR/tls/server.key}
Y
    stack_run private env OTEL_TRACES_EXPORTER=none docker-registry serve \
        "$STACK_DIR/conf/private.yml"
    stack_wait private 20 stack_listens "$PRIVATE_PORT"
}

# stack_dockerd [OPTION...]
stack_dockerd() {
    export DOCKER_HOST=unix://$STACK_DIR/docker.sock
    stack_run dockerd dockerd --iptables=false --ip6tables=false --bridge=none \
        --storage-driver=vfs --data-root "$STACK_DIR/dockerd/data" \
        --exec-root "$STACK_DIR/dockerd/exec" -p "$STACK_DIR/dockerd/pid" -H "$DOCKER_HOST" "$@"
    stack_wait dockerd 60 docker version
}

# A home with the CAs where docker, podman and assay look for them.
stack_home() {
    export HOME=$STACK_DIR/home DOCKER_CONFIG=$STACK_DIR/home/.docker
    unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR XDG_CACHE_HOME REGISTRY_AUTH_FILE
    local trust=$DOCKER_CONFIG/tls/localhost:$NOTARY_PORT port
    mkdir -p "$trust"
    cp "$CA" "$trust/ca.crt"
    for port in "$REGISTRY_PORT" "$PRIVATE_PORT"; do
        mkdir -p "$HOME/.config/containers/certs.d/localhost:$port"
        cp "$CA" "$HOME/.config/containers/certs.d/localhost:$port/ca.crt"
    done
}

stack_start() {
    [ "$(id -u)" = 0 ] || stack_die "dockerd needs root"
    mkdir -p "$1"
    STACK_DIR=$(cd "$1" && pwd)
    export STACK_DIR
    mkdir -p "$STACK_DIR"/{tls,pid,log,conf,registry,home}
    read -r NOTARY_PORT SIGNER_PORT REGISTRY_PORT PRIVATE_PORT <<<"$(stack_ports 4)"
    export NOTARY_PORT SIGNER_PORT REGISTRY_PORT PRIVATE_PORT
    export REGISTRY=localhost:$REGISTRY_PORT TRUST_SERVER=https://localhost:$NOTARY_PORT
    export NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1
    stack_tls
    stack_home
    stack_signer
    stack_notary
    stack_registry
    stack_private_registry
    stack_dockerd
}

stack_stop_one() {
    local pid
    pid=$(cat "$STACK_DIR/pid/$1" 2>/dev/null) || return 0
    kill -TERM "$pid" 2>/dev/null
    for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    rm -f "$STACK_DIR/pid/$1"
}

stack_stop() {
    local name
    stack_stop_one dockerd
    for name in "$STACK_DIR"/pid/*; do
        [ ! -e "$name" ] || stack_stop_one "$(basename "$name")"
    done
    # dockerd leaves mounts of its vfs driver behind now and then
    awk -v d="$STACK_DIR/" 'index($2, d) == 1 { print $2 }' /proc/self/mounts | sort -r |
        while read -r mount; do umount "$mount" 2>/dev/null; done
    return 0
}

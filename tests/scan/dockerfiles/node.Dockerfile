from node:20-bookworm as deps
workdir /app
copy package*.json ./
run npm ci

from deps as build
copy . .
run npm run build && \

    npm prune --production

from gcr.io/distroless/nodejs20-debian12@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
copy --from=build --chown=nonroot:nonroot /app /app
onbuild copy --from=busybox:1.36 /bin/wget /bin/wget
cmd ["/app/server.js"]

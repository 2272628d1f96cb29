FROM debian:12-slim
COPY <<-"ONE" <<TWO /etc/
	FROM one:1
	ONE
FROM two:2
TWO
RUN python3 <<PY && echo "FROM three:3" > /x
print("""
FROM four:4
COPY --from=five:5 a b
""")
PY
ADD --chmod=755 https://example.com/install.sh /
RUN ["/bin/sh", "-c", "cat <<EOF"]
FROM scratch
COPY --from=0 / /

/* SPDX-License-Identifier: Apache-2.0 */
#include "dockerfile_rows.h"

TestSuite(scan_dockerfile, .timeout = 60);

static void check_all(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO_BUF shown = BUF_INIT(LIMIT_SCAN_BYTES);
        show(rows[i].file, &no_options, NULL, &shown);
        cr_expect_str_eq(buf_text(&shown), rows[i].found, "%s\n%s", rows[i].file, buf_text(&shown));
    }
}

static const struct row from_rows[] = {
    { "FROM alpine", "1:6 alpine (stage 0)\n" },
    { "FROM alpine\n", "1:6 alpine (stage 0)\n" },
    { "FROM alpine\r\n", "1:6 alpine (stage 0)\n" },
    { "FROM alpine\r\r\n", "1:6 alpine (stage 0)\n" },
    { "from alpine:3.20\n", "1:6 alpine:3.20 (stage 0)\n" },
    { "fRoM a@sha256:00 aS Web\n", "1:6 a@sha256:00 (stage web)\n" },
    { "  \t FROM \t alpine \t \n", "1:12 alpine (stage 0)\n" },
    { "\n\n# c\n  # c\nFROM a\n", "5:6 a (stage 0)\n" },
    { "\xEF\xBB\xBF"
      "FROM a\n",
      "1:6 a (stage 0)\n" },
    { "\xC2\xA0"
      "FROM a\n",
      "1:7 a (stage 0)\n" },
    { "FROM\va\n", "1:6 a (stage 0)\n" },
    { "FROM a\nFROM b\n", "1:6 a (stage 0)\n2:6 b (stage 1)\n" },
    { "FROM localhost:5000/a/b:1\n", "1:6 localhost:5000/a/b:1 (stage 0)\n" },
    { "FROM 'a:1'\n", "1:7 a:1 (stage 0)\n" },
    { "FROM \"a:1\" AS x\n", "1:7 a:1 (stage x)\n" },
    { "FROM a\"b\"\n", "1:6 ~ab (stage 0)\n" },
    { "FROM a\\b\n", "1:6 ~ab (stage 0)\n" },
    { "FROM \xC3\xA4\n", "1:6 \xC3\xA4 (stage 0)\n" }, /* left to the grammar of references */
    /* platforms */
    { "FROM --platform=linux/arm64 a\n", "1:29 a (stage 0) linux/arm64\n" },
    { "FROM --platform=\"linux/arm64\" a AS b\n", "1:31 a (stage b) linux/arm64\n" },
    { "FROM --platform=$BUILDPLATFORM a\n", "1:32 a (stage 0)\n" },
    { "ARG P=linux/386\nFROM --platform=$P a\n", "2:20 a (stage 0) linux/386\n" },
    { "FROM --platform=${P a\n", "1:21 a (stage 0)\n" },
    { "FROM --platform= a\n", "1:18 a (stage 0)\n!1:6\n" },
    { "FROM --other=x a\n", "1:16 a (stage 0)\n!1:6\n" },
    { "FROM --platform linux/arm64 a\n", "!1:6\n!1:29\n" },
    { "FROM -- a\n", "1:9 a (stage 0)\n" },
    /* malformed */
    { "FROM\n", "!1:1\n" },
    { "FROM a b\n", "!1:8\n" },
    { "FROM a# c\n", "!1:9\n" },
    { "FROM a AS\n", "!1:8\n" },
    { "FROM a AS b c\n", "!1:8\n" },
    { "FROM a IS b\n", "!1:8\n" },
    { "FROM a AS 1b\n", "!1:11\n" },
    { "FROM a AS b/c\n", "!1:11\n" },
    { "FROM a AS $B\n", "!1:11\n" },
    { "FROM a AS b.c_d-1\n", "1:6 a (stage b.c_d-1)\n" },
    { "FROMa\n", "!1:1\n!1:1\n" },
    { "FROM a\nFRUM b\nFROM c\n", "1:6 a (stage 0)\n3:6 c (stage 1)\n!2:1\n" },
    { "FROM a b\nFROM c\n", "2:6 c (stage 1)\n!1:8\n" },
    { "", "!1:1\n" },
    { "# FROM a\n", "!1:1\n" },
    { "ARG A=b\n", "!1:1\n" },
    { "RUN x\nFROM a\n", "2:6 a (stage 0)\n!1:1\n" },
    { "\\\n", "!1:1\n!1:1\n" },
};

static const struct row line_rows[] = {
    { "FROM \\\na\n", "2:1 a (stage 0)\n" },
    { "FROM\\\n a\n", "2:2 a (stage 0)\n" },
    { "FROM \\  \t\r\n\r\n  # c\r\n a \\\n AS x", "4:2 a (stage x)\n" },
    { "FROM \\\n# c \\\n\n\na\n", "5:1 a (stage 0)\n" },
    { "FR\\\nOM a\n", "2:4 a (stage 0)\n" },
    { "\\\nFROM a\n", "2:6 a (stage 0)\n" },
    { "FROM al\\\npine\n", "1:6 ~alpine (stage 0)\n" },
    { "FROM a\\\n\n", "1:6 a (stage 0)\n" },
    { "FROM a \\", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN x \\\nFROM b\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN x \\\\\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x \\ y\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x `\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\n# x \\\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x # y \\\nFROM b\n", "1:6 a (stage 0)\n" },
    /* escape */
    { "# escape=`\nFROM a\nRUN x `\nFROM b\n", "2:6 a (stage 0)\n" },
    { "#escape = `  \r\nFROM a\nRUN x `\nFROM b\n", "2:6 a (stage 0)\n" },
    { "# ESCAPE=`\nFROM a\nRUN x \\\nFROM b\n", "2:6 a (stage 0)\n4:6 b (stage 1)\n" },
    { "# check=skip=all\n# escape=`\nFROM a\nRUN x `\nFROM b\n", "3:6 a (stage 0)\n" },
    { "\xEF\xBB\xBF# escape=`\nFROM a\nRUN x `\nFROM b\n", "2:6 a (stage 0)\n" },
    { "# c\n# escape=`\nFROM a\nRUN x `\nFROM b\n", "3:6 a (stage 0)\n5:6 b (stage 1)\n" },
    { "\n# escape=`\nFROM a\nRUN x `\nFROM b\n", "3:6 a (stage 0)\n5:6 b (stage 1)\n" },
    { "# other=x\n# escape=`\nFROM a\nRUN x `\nFROM b\n", "3:6 a (stage 0)\n5:6 b (stage 1)\n" },
    { "# escape=`\nARG V=1\nFROM a`$V\n", "3:6 ~a$V (stage 0)\n" },
    { "# escape=x\nFROM a\n", "2:6 a (stage 0)\n!1:1\n" },
    { "# escape=`\n# escape=`\nFROM a\n", "3:6 a (stage 0)\n!2:1\n" },
    { "# escape=\nFROM a\nRUN x \\\nFROM b\n", "2:6 a (stage 0)\n" },
    /* syntax */
    { "# syntax=f/g:1\nFROM a\n", "1:10 f/g:1 (frontend)\n2:6 a (stage 0)\n" },
    { "#syntax =  f/g:1 \t\r\nFROM a\n", "1:12 f/g:1 (frontend)\n2:6 a (stage 0)\n" },
    { "# Syntax=f/g:1 --x\nFROM a\n", "1:10 f/g:1 (frontend)\n2:6 a (stage 0)\n" },
    { "\xEF\xBB\xBF# syntax=f\nFROM a\n", "1:10 f (frontend)\n2:6 a (stage 0)\n" },
    { "# escape=\\\n# syntax=f\nFROM a\n", "2:10 f (frontend)\n3:6 a (stage 0)\n" },
    { "#!/bin/x\n# syntax=f\nFROM a\n", "2:10 f (frontend)\n3:6 a (stage 0)\n" },
    { "// syntax=f\nFROM a\n", "1:11 f (frontend)\n2:6 a (stage 0)\n!1:1\n" },
    { " # syntax=f\nFROM a\n", "2:6 a (stage 0)\n" },
    { "# c\n# syntax=f\nFROM a\n", "3:6 a (stage 0)\n" },
    { "\n# syntax=f\nFROM a\n", "3:6 a (stage 0)\n" },
    { "FROM a\n# syntax=f\n", "1:6 a (stage 0)\n" },
    { "# syntax=f\n# syntax=g\nFROM a\n", "1:10 f (frontend)\n3:6 a (stage 0)\n!2:1\n" },
    { "# syntax=$F\nFROM a\n", "1:10 $F (frontend)\n2:6 a (stage 0)\n" },
};

static const struct row heredoc_rows[] = {
    { "FROM a\nRUN <<E\nFROM b\nE\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nrun cat <<E >x\nFROM b\n E\nE\nFROM c\n", "1:6 a (stage 0)\n6:6 c (stage 1)\n" },
    { "FROM a\nCOPY <<E /x\nFROM b\nE\r\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nADD <<E <<F /x\nFROM b\nE\nFROM b\nF\nFROM c\n",
      "1:6 a (stage 0)\n7:6 c (stage 1)\n" },
    { "FROM a\nRUN <<-E\n\tFROM b\n\t\tE\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN <<E\n\tE\nFROM b\nE\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN <<'E'\nFROM b\nE\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN <<\"E F\"\nFROM b\nE F\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN <<E'F'G\nFROM b\nEFG\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN <<\\E\nFROM b\nE\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN <<$E\nFROM b\n$E\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN <<${E:-x}\nFROM b\n${E:-x}\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN 3<<E\nFROM b\nE\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN <<  E\nFROM b\nE\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN x \\\n <<E\nFROM b\nE\nFROM c\n", "1:6 a (stage 0)\n6:6 c (stage 1)\n" },
    { "FROM a\nRUN <<E\nx \\\nE\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN <<E\n# c\n\nE\nFROM c\n", "1:6 a (stage 0)\n6:6 c (stage 1)\n" },
    { "FROM a\nONBUILD RUN <<E\nFROM b\nE\nFROM c\n", "1:6 a (stage 0)\n5:6 c (stage 1)\n" },
    { "FROM a\nRUN --mount=from=b,target=/x <<E\nFROM b\nE\n",
      "1:6 a (stage 0)\n2:18 b (stage 0)\n" },
    { "FROM a\nRUN [\"x\" <<E\nFROM b\nE\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN [\"x\\q\", \"<<E\"] <<E\nFROM b\nE\n",
      "1:6 a (stage 0)\n3:6 b (stage 1)\n!2:5\n!4:1\n" },
    { "FROM a\nRUN [ \"x\" = y ] <<E\nFROM b\nE\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN [ \"x\", ] <<E\nFROM b\nE\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN [ <<E\nFROM b\nE\n", "1:6 a (stage 0)\n" },
    /* builders differ on whether these are JSON */
    { "FROM a\nRUN [\"x\"] <<\"RUN x\"\nFROM b\nRUN x\n",
      "1:6 a (stage 0)\n3:6 b (stage 1)\n!2:5\n" },
    { "FROM a\nONBUILD COPY [] <<\"RUN x\"\nFROM b\nRUN x\n",
      "1:6 a (stage 0)\n3:6 b (stage 1)\n!2:14\n" },
    { "FROM a\nRUN [\"x\"] y\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x <<E;y\nFROM b\nE;y\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN ${x:-a <<E}\nFROM b\nE}\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN ${x/a/b <<E} y\nFROM b\nE}\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN $$ $1 $x <<E\nFROM b\nE\n", "1:6 a (stage 0)\n" },
    /* none */
    { "FROM a\nRUN [\"x\", \"<<E\"]\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nCOPY [\"<<E\" ,\t\"\\u0041\\\"\" ]  \nFROM b\n",
      "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nONBUILD RUN [\"x\", \"<<E\"]\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x <<<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x <<< E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x <<\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x <<- E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x <<''\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN '<<E'\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN \"<<E\"\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN \"x <<E\"\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN \\<<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x<<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN $((1<<2))\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN x ${y!} <<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN it's <<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN \"x <<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN ${x <<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN \"${x:-a <<E}\"\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nRUN ${x:-\"a <<E} <<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nENV X <<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\nCMD x <<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a\n# RUN <<E\nFROM b\n", "1:6 a (stage 0)\n3:6 b (stage 1)\n" },
    /* malformed */
    { "FROM a\nRUN <<E\nFROM b\n", "1:6 a (stage 0)\n!2:1\n" },
    { "FROM a\nRUN <<E <<F\nE\nFROM b\n", "1:6 a (stage 0)\n!2:1\n" },
    { "FROM a\nRUN <<'E'\n'E'\nFROM b\n", "1:6 a (stage 0)\n!2:1\n" },
    { "FROM a\nRUN ${\xC3\xA4} <<E\nFROM b\nE\n",
      "1:6 a (stage 0)\n3:6 b (stage 1)\n!2:1\n!4:1\n" },
};

static const struct row stage_rows[] = {
    { "FROM scratch\n", "" },
    { "FROM scratch AS x\nFROM x\n", "" },
    { "FROM Scratch\n", "1:6 Scratch (stage 0)\n" }, /* as docker: no stage, and no valid image */
    { "FROM a AS x\nFROM x\n", "1:6 a (stage x)\n" },
    { "FROM a AS X\nFROM x AS y\nFROM y\n", "1:6 a (stage x)\n" },
    { "FROM a AS X\nFROM X\n", "1:6 a (stage x)\n2:6 X (stage 1)\n" },
    { "FROM x\nFROM a AS x\n", "1:6 x (stage 0)\n2:6 a (stage x)\n" },
    { "FROM x AS x\n", "1:6 x (stage x)\n" },
    { "FROM x:1 AS x\nFROM x:1\n", "1:6 x:1 (stage x)\n2:6 x:1 (stage 1)\n" },
    { "FROM a AS x\nFROM \"x\"\n", "1:6 a (stage x)\n" },
    { "FROM a\nFROM 0\n", "1:6 a (stage 0)\n2:6 0 (stage 1)\n" },
    /* COPY and ADD */
    { "FROM a\nCOPY --from=b /x /y\n", "1:6 a (stage 0)\n2:13 b (stage 0)\n" },
    { "FROM a\ncopy --chown=1 --from=b:1 /x /y\n", "1:6 a (stage 0)\n2:23 b:1 (stage 0)\n" },
    { "FROM a AS s\nADD --from=b@sha256:00 /x /y\n",
      "1:6 a (stage s)\n2:12 b@sha256:00 (stage s)\n" },
    { "FROM a\nCOPY --from=b [\"/x\", \"/y\"]\n", "1:6 a (stage 0)\n2:13 b (stage 0)\n" },
    { "FROM a\nCOPY --from=\"b\" /x /y\n", "1:6 a (stage 0)\n2:13 ~b (stage 0)\n" },
    { "FROM a\nCOPY --from=b\\\n /x /y\n", "1:6 a (stage 0)\n2:13 b (stage 0)\n" },
    { "FROM a\nCOPY \\\n --from=b\\\nc /x /y\n", "1:6 a (stage 0)\n3:9 ~bc (stage 0)\n" },
    { "FROM a\nCOPY --link \\\n # c\n --from=b /x /y\n", "1:6 a (stage 0)\n4:9 b (stage 0)\n" },
    { "FROM a\nONBUILD COPY --from=b /x /y\n", "1:6 a (stage 0)\n2:21 b (stage 0)\n" },
    { "FROM a\nCOPY --from=scratch /x /y\n", "1:6 a (stage 0)\n" },
    { "FROM a AS s\nFROM b\nCOPY --from=s /x /y\n", "1:6 a (stage s)\n2:6 b (stage 1)\n" },
    { "FROM a AS s\nFROM b\nCOPY --from=S /x /y\n", "1:6 a (stage s)\n2:6 b (stage 1)\n" },
    { "FROM a\nCOPY --from=s /x /y\nFROM b AS s\n",
      "1:6 a (stage 0)\n2:13 ?s (stage 0)\n3:6 b (stage s)\n" },
    { "FROM a AS s\nCOPY --from=s /x /y\n", "1:6 a (stage s)\n2:13 ?s (stage s)\n" },
    { "FROM a AS s\nFROM b AS s\nCOPY --from=s /x /y\n", "1:6 a (stage s)\n2:6 b (stage s)\n" },
    { "FROM a\nFROM b\nCOPY --from=0 /x /y\n", "1:6 a (stage 0)\n2:6 b (stage 1)\n" },
    { "FROM a\nFROM b\nCOPY --from=+1 /x /y\n", "1:6 a (stage 0)\n2:6 b (stage 1)\n" },
    { "FROM a\nCOPY --from=1 /x /y\n", "1:6 a (stage 0)\n!2:13\n" },
    { "FROM a\nCOPY --from=-1 /x /y\n", "1:6 a (stage 0)\n!2:13\n" },
    { "FROM a\nCOPY --from=18446744073709551616 /x /y\n", "1:6 a (stage 0)\n!2:13\n" },
    { "FROM a\nCOPY --from=1a /x /y\n", "1:6 a (stage 0)\n2:13 1a (stage 0)\n" },
    { "FROM a\nCOPY --from= /x /y\n", "1:6 a (stage 0)\n" },
    { "FROM a\nCOPY --from /x /y\n", "1:6 a (stage 0)\n!2:12\n" },
    { "FROM a\nCOPY x --from=b /y\n", "1:6 a (stage 0)\n" },
    { "FROM a\nCOPY -- --from=b /y\n", "1:6 a (stage 0)\n" },
    { "FROM a\nCOPY \"--from=b\" /x /y\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN --from=b x\n", "1:6 a (stage 0)\n" },
    { "ARG B=b\nFROM a\nCOPY --from=$B /x /y\n", "2:6 a (stage 0)\n3:13 ?$B (stage 0)\n" },
    { "FROM a\nCOPY --from='b\"' /x /y\n", "1:6 a (stage 0)\n2:13 ?'b\"' (stage 0)\n" },
    /* RUN */
    { "FROM a\nRUN --mount=type=bind,from=b,target=/x y\n", "1:6 a (stage 0)\n2:28 b (stage 0)\n" },
    { "FROM a\nRUN --mount=FROM=b:1 y\n", "1:6 a (stage 0)\n2:18 b:1 (stage 0)\n" },
    { "FROM a\nRUN --mount=from=b --network=none --mount=from=c y\n",
      "1:6 a (stage 0)\n2:18 b (stage 0)\n2:48 c (stage 0)\n" },
    { "FROM a\nRUN --mount=type=cache,target=/x y\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN --mount=type=bind,target=/from=b y\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN --mount=source=from=b y\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN --mount=from= y\n", "1:6 a (stage 0)\n" },
    { "FROM a\nRUN --mount=from=scratch y\n", "1:6 a (stage 0)\n" },
    { "FROM a AS s\nRUN --mount=from=S y\n", "1:6 a (stage s)\n2:18 ?S (stage s)\n" },
    { "FROM a AS s\nFROM b\nRUN --mount=from=S y\n", "1:6 a (stage s)\n2:6 b (stage 1)\n" },
    { "FROM a\nRUN --mount=from=s y\nFROM b AS s\n",
      "1:6 a (stage 0)\n2:18 ?s (stage 0)\n3:6 b (stage s)\n" },
    { "FROM a\nRUN --mount=from=0 y\n", "1:6 a (stage 0)\n2:18 0 (stage 0)\n" },
    { "FROM a\nRUN --mount=from=$B y\n", "1:6 a (stage 0)\n2:18 ?$B (stage 0)\n" },
    { "FROM a\nRUN --mount=type=bind,from=${B},target=/x y\n",
      "1:6 a (stage 0)\n2:28 ?${B} (stage 0)\n" },
    { "FROM a\nRUN --mount=\"from=b\" y\n", "1:6 a (stage 0)\n2:13 ~b (stage 0)\n" },
    { "FROM a\nRUN --mount='\"from=b\"' y\n", "1:6 a (stage 0)\n2:13 ?'\"from=b\"' (stage 0)\n" },
    { "FROM a\nRUN --mount=type=bind,\\\n  from=b y\n", "1:6 a (stage 0)\n" }, /* two words */
    { "FROM a\nRUN --mount=type=bind,\\\nfrom=b y\n", "1:6 a (stage 0)\n3:6 b (stage 0)\n" },
    { "FROM a\nRUN x --mount=from=b\n", "1:6 a (stage 0)\n" },
    { "FROM a\nONBUILD RUN --mount=from=b y\n", "1:6 a (stage 0)\n2:26 b (stage 0)\n" },
    { "FROM a\nCOPY --mount=from=b x y\n", "1:6 a (stage 0)\n" },
    /* ONBUILD */
    { "FROM a\nONBUILD ONBUILD RUN x\n", "1:6 a (stage 0)\n!2:9\n" },
    { "FROM a\nONBUILD FROM b\n", "1:6 a (stage 0)\n!2:9\n" },
    { "FROM a\nONBUILD MAINTAINER b\n", "1:6 a (stage 0)\n!2:9\n" },
    { "FROM a\nONBUILD\n", "1:6 a (stage 0)\n!2:8\n" },
    { "FROM a\nONBUILD ARG b\n", "1:6 a (stage 0)\n" },
};

static const struct row arg_rows[] = {
    { "ARG V=3\nFROM a:$V\n", "2:6 ~a:3 (stage 0)\n" },
    { "arg V=3\nFROM ${V}\n", "2:6 ~3 (stage 0)\n" },
    { "ARG V='3 4'\nFROM a:$V\n", "2:6 ~a:3 4 (stage 0)\n" },
    { "ARG V=\"3\"\\ 4 W=5\nFROM a:$V$W\n", "2:6 ~a:3 45 (stage 0)\n" },
    { "ARG V=3 W=$V.1\nFROM a:$W\n", "2:6 ~a:3.1 (stage 0)\n" },
    { "ARG V=3\nARG W=${V}.1\nFROM a:$W\n", "3:6 ~a:3.1 (stage 0)\n" },
    { "ARG V=3\nARG V=4\nFROM a:$V\n", "3:6 ~a:4 (stage 0)\n" },
    { "ARG V=3\nARG V\nFROM a:$V\n", "3:6 ~a:3 (stage 0)\n" },
    { "ARG V=3\nARG V=$V.1\nFROM a:$V\n", "3:6 ~a:3.1 (stage 0)\n" },
    { "ARG I=scratch\nFROM $I\n", "" },
    { "ARG I=x\nFROM a AS x\nFROM $I\n", "2:6 a (stage x)\n" },
    { "FROM ${I:-a}\n", "1:6 ~a (stage 0)\n" },
    { "ARG I\nFROM ${I:-a:1}\n", "2:6 ~a:1 (stage 0)\n" },
    { "ARG I=b:1\nFROM ${I#b:}\n", "2:6 ~1 (stage 0)\n" },
    { "ARG I=\nFROM a$I\n", "2:6 ~a (stage 0)\n" },
    /* no values */
    { "FROM $I\n", "1:6 ?$I (stage 0)\n" },
    { "ARG I\nFROM $I AS x\nFROM x\n", "2:6 ?$I (stage x)\n" },
    { "FROM a:$V\n", "1:6 ?a:$V (stage 0)\n" },
    { "FROM a$\n", "1:6 ~a$ (stage 0)\n" },
    { "ARG I=\nFROM $I\n", "2:6 ?$I (stage 0)\n" },
    { "ARG V=$U\nFROM a:$V\n", "2:6 ?a:$V (stage 0)\n" },
    { "ARG V=$U\nFROM a:${V:-1}\n", "2:6 ?a:${V:-1} (stage 0)\n" },
    { "ARG V=${U\nFROM a:$V\nFROM b\n", "2:6 ?a:$V (stage 0)\n3:6 b (stage 1)\n" },
    { "FROM a:${V\n", "1:6 ?a:${V (stage 0)\n" },
    { "FROM a:${V:?gone}\n", "1:6 ?a:${V:?gone} (stage 0)\n" },
    { "FROM a\nARG V=1\nFROM b:$V\n", "1:6 a (stage 0)\n3:6 ?b:$V (stage 1)\n" },
    { "ARG v=1\nFROM a:$V\n", "2:6 ?a:$V (stage 0)\n" },
    { "ARG =1\nFROM a\n", "2:6 a (stage 0)\n!1:1\n" },
    /* what every build has, and no one knows here */
    { "FROM a-$TARGETARCH\n", "1:6 ?a-$TARGETARCH (stage 0)\n" },
    { "FROM a-${TARGETARCH:-amd64}\n", "1:6 ?a-${TARGETARCH:-amd64} (stage 0)\n" },
    { "ARG TARGETARCH\nFROM a-$TARGETARCH\n", "2:6 ?a-$TARGETARCH (stage 0)\n" },
    { "ARG TARGETARCH=amd64\nFROM a-$TARGETARCH\n", "2:6 ~a-amd64 (stage 0)\n" },
    { "ARG V=$BUILDOS\nFROM a-$V\n", "2:6 ?a-$V (stage 0)\n" },
    { "ARG V=${BUILDOS:-x}\nFROM a-${V:-y}\n", "2:6 ?a-${V:-y} (stage 0)\n" },
};

Test(scan_dockerfile, from)
{
    check_all(from_rows, ARRAY_LEN(from_rows));
}

Test(scan_dockerfile, lines_and_directives)
{
    check_all(line_rows, ARRAY_LEN(line_rows));
}

Test(scan_dockerfile, here_documents)
{
    check_all(heredoc_rows, ARRAY_LEN(heredoc_rows));
}

/* Here-documents as frontends know them that a file asks for. */
Test(scan_dockerfile, frontends_and_here_documents)
{
    enum knows {
        NONE,
        PLAIN,
        BLANKS
    };
    static const struct {
        const char *image;
        enum knows knows;
    } rows[] = {
        { "docker/dockerfile:1.0", NONE },
        { "docker/dockerfile:1.0-experimental", NONE },
        { "docker/dockerfile:1.2.1", NONE },
        { "docker/dockerfile:1.2-labs", NONE },
        { "docker/dockerfile:1.3", NONE },
        { "docker/dockerfile:0.9", NONE },
        { "docker.io/docker/dockerfile:1.3.1", NONE },
        { "index.docker.io/docker/dockerfile:1.3", NONE },
        { "mirror.example.com/hub/docker/dockerfile:1.3", NONE },
        { "docker/dockerfile-upstream:1.2.0-rc1", NONE },
        { "docker/dockerfile:1.3@sha256:"
          "0000000000000000000000000000000000000000000000000000000000000000",
          NONE },
        { "docker/dockerfile:1.3-labs", PLAIN },
        { "docker/dockerfile:1.3.0-labs", PLAIN },
        { "docker/dockerfile:1.4", PLAIN },
        { "docker/dockerfile:1.4.0-rc1", PLAIN },
        { "docker/dockerfile:1.15.1", PLAIN },
        { "docker/dockerfile:1.15-labs", PLAIN },
        { "docker/dockerfile:1.16", BLANKS },
        { "docker/dockerfile:1.20.0", BLANKS },
        { "docker/dockerfile:1", BLANKS },
        { "docker/dockerfile:2.0", BLANKS },
        { "docker/dockerfile", BLANKS },
        { "docker/dockerfile:1-labs", BLANKS },
        { "docker/dockerfile:experimental", BLANKS },
        { "docker/dockerfile@sha256:"
          "0000000000000000000000000000000000000000000000000000000000000000",
          BLANKS },
        { "example.com/dockerfile:1.2", BLANKS },
        { "A:b", BLANKS },
    };
    static const char *const bodies[] = { "RUN <<E\nFROM b\nE\n", "RUN <<  E\nFROM b\nE\n" };
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        AUTO_BUF file = BUF_INIT(LIMIT_SCAN_BYTES);
        AUTO_BUF shown = BUF_INIT(LIMIT_SCAN_BYTES);
        AUTO_BUF wanted = BUF_INIT(LIMIT_SCAN_BYTES);
        bool is_read = rows[i / 2].knows > (i % 2 == 0 ? NONE : PLAIN);
        cr_assert_eq(buf_printf(&file, NULL, "# syntax=%s\nFROM a\n%sFROM c\n", rows[i / 2].image,
                                bodies[i % 2]),
                     ASSAY_OK);
        cr_assert_eq(buf_printf(&wanted, NULL,
                                "1:10 %s (frontend)\n2:6 a (stage 0)\n6:6 c (stage 1)\n%s",
                                rows[i / 2].image, is_read ? "" : "!3:1\n"),
                     ASSAY_OK);
        show(buf_text(&file), &no_options, NULL, &shown);
        cr_expect_str_eq(buf_text(&shown), buf_text(&wanted), "%s\n%s", buf_text(&file),
                         buf_text(&shown));
    }
}

Test(scan_dockerfile, stages_and_sources)
{
    check_all(stage_rows, ARRAY_LEN(stage_rows));
}

Test(scan_dockerfile, arguments)
{
    check_all(arg_rows, ARRAY_LEN(arg_rows));
}

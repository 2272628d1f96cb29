// SPDX-License-Identifier: Apache-2.0
// Dockerfiles from a grammar; the same seed, the same files.
'use strict';

function randomOf(seed) {
    let state = seed >>> 0;
    return (limit) => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), state | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) % limit;
    };
}

const IMAGES = ['alpine', 'alpine:3.20', 'localhost:5000/a/b:1', 'ghcr.io/x/y-z.w:v1.2', 'scratch',
    'debian@sha256:' + '0123456789abcdef'.repeat(4), 'r.example/a:1@sha256:' + 'ab'.repeat(32)];
const STAGES = ['build', 'Base', 'x.y_z', 'final'];

class Writer {
    constructor(seed) {
        this.random = randomOf(seed);
        this.end = this.chance(5) ? '\r\n' : '\n';
        this.escape = '\\';
        this.stages = [];
        this.args = [];
        this.text = this.chance(20) ? '\uFEFF' : '';
    }

    chance(n) { return this.random(n) === 0; }
    pick(list) { return list[this.random(list.length)]; }
    line(text) { this.text += text + this.end; }

    keyword(word) {
        const forms = [word, word, word.toLowerCase(), word[0] + word.slice(1).toLowerCase()];
        return this.pick(forms);
    }

    // Between two words: blanks, or the end of a line with comments and empty lines behind it.
    gap() {
        if (!this.chance(8)) {
            return this.pick([' ', ' ', ' ', '  ', '\t', ' \t ']);
        }
        let gap = ' ' + this.escape + this.pick(['', ' ', '\t']) + this.end;
        while (this.chance(3)) {
            gap += this.pick(['# FROM comment', '  # x ' + this.escape]) + this.end;
        }
        return gap + this.pick(['', '  ', '\t']) ;
    }

    instruction(...words) {
        const [first, ...rest] = words.filter((word) => word !== '');
        let text = this.pick(['', '', '', ' ', '\t']) + this.keyword(first);
        for (const word of rest) {
            text += this.gap() + word;
        }
        this.line(text + this.pick(['', '', ' ']));
    }

    noise() {
        while (this.chance(3)) {
            this.line(this.pick(['', '  ', '# FROM not:this', '   # COPY --from=nor:this a b',
                '#' + this.end + '# escape=`']));
        }
    }

    head() {
        const directives = [];
        if (this.chance(3)) {
            directives.push(this.pick(['# syntax=docker/dockerfile:1', '#syntax = d/f:1.7-labs']));
        }
        if (this.chance(4)) {
            this.escape = '`';
            directives.push(this.pick(['# escape=`', '#Escape = `']));
        }
        if (this.chance(2)) {
            directives.reverse();
        }
        directives.forEach((directive) => this.line(directive));
    }

    arg() {
        const name = this.pick(['TAG', 'IMAGE', 'REG', '_V1']);
        const value = this.pick(['', '=3.20', '=alpine', '="3.19"', "='x'", '=r.example/y']);
        this.instruction('ARG', name + value);
        this.args.push(name);
    }

    image() {
        if (this.stages.length > 0 && this.chance(3)) {
            return this.pick(this.stages).toLowerCase();
        }
        if (!this.chance(3)) {
            return this.pick(IMAGES);
        }
        const name = this.pick(['TAG', 'IMAGE', 'REG', '_V1']);
        return this.pick(['a:$' + name, 'a:${' + name + '}', '${' + name + ':-b:1}',
            '${' + name + '-b}', 'a${' + name + ':+:2}', '${' + name + '}/c:1']);
    }

    from() {
        const platform = this.chance(4) ? '--platform=' + this.pick(['linux/arm64', '$BUILDPLATFORM'])
            : '';
        const name = this.chance(2) ? this.pick(STAGES) + this.random(4) : '';
        this.instruction('FROM', platform, this.image(), name && this.pick(['AS', 'as', 'As']),
            name);
        this.stages.push(name || 'none');
        if (name === '') {
            this.stages.pop();
        }
        this.stageCount = (this.stageCount || 0) + 1;
    }

    source() {
        const roll = this.random(4);
        if (roll === 0 && this.stages.length > 0) {
            return this.pick(this.stages);
        }
        return roll === 1 ? String(this.random(this.stageCount)) : this.pick(IMAGES);
    }

    copy() {
        const flags = [];
        if (this.chance(2)) {
            flags.push('--from=' + this.source());
        }
        if (this.chance(3)) {
            flags.splice(this.random(2), 0, this.pick(['--chown=1:1', '--link', '--chmod=644']));
        }
        const json = this.chance(4);
        const paths = json ? ['["a b",' + this.pick(['', ' ']) + '"/x"]'] : ['a', 'b', '/x/'];
        this.instruction(this.pick(['COPY', 'COPY', 'ADD']), ...flags, ...paths);
    }

    heredoc(word) {
        const name = this.pick(['EOF', 'END', 'E_1']);
        const tabs = this.chance(3) ? '-' : '';
        const quote = this.pick(['', '', '"', "'"]);
        this.line(word + ' <<' + tabs + quote + name + quote);
        for (let i = this.random(4); i > 0; i--) {
            this.line(this.pick(['FROM evil:1', 'COPY --from=evil:2 a b', '', 'x ' + this.escape,
                '# c', ' ' + name, 'RUN --mount=from=evil:3 x']));
        }
        this.line((tabs && this.pick(['', '\t'])) + name);
    }

    run() {
        if (this.chance(4)) {
            this.heredoc(this.keyword('RUN') + this.pick(['', ' cat']));
            return;
        }
        const flags = [];
        while (this.chance(3)) {
            flags.push('--mount=' + this.pick(['type=cache,target=/c', 'type=bind,from=' +
                this.pick(IMAGES) + ',target=/x', 'from=' + this.pick(IMAGES)]));
        }
        this.instruction('RUN', ...flags, ...this.pick([['make', 'all'], ['["a", "--from=b"]'],
            ['x', '&&', 'echo', 'FROM', 'y'], ['echo', '"a # b"']]));
    }

    trigger() {
        const keep = this.text;
        this.text = '';
        this.pick([() => this.copy(), () => this.run()])();
        const inner = this.text.replace(/^[ \t]+/, '');
        this.text = keep + this.keyword('ONBUILD') + ' ' + inner;
    }

    other() {
        this.instruction(...this.pick([['ENV', 'FROM=x'], ['LABEL', 'a="FROM b"'], ['WORKDIR', '/x'],
            ['CMD', '["x"]'], ['ENTRYPOINT', 'x', 'y'], ['USER', '1'], ['EXPOSE', '80'],
            ['ARG', 'TAG=9'], ['HEALTHCHECK', 'NONE'], ['VOLUME', '/v'], ['STOPSIGNAL', '9']]));
    }

    file() {
        this.head();
        this.noise();
        while (this.chance(2)) {
            this.arg();
            this.noise();
        }
        for (let stages = 1 + this.random(3); stages > 0; stages--) {
            this.from();
            for (let i = this.random(5); i > 0; i--) {
                this.noise();
                this.pick([() => this.copy(), () => this.copy(), () => this.run(), () => this.run(),
                    () => this.trigger(), () => this.other()])();
            }
        }
        return this.text;
    }
}

exports.generate = (seed) => new Writer(seed).file();

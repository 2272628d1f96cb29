// SPDX-License-Identifier: Apache-2.0
// differential.js LIST MODULES FILES DIR COUNT: Dockerfiles of a grammar, and those in FILES, as
// Assay reads them and as dockerfile-ast does: each image with its place, stage and text.
'use strict';

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { generate } = require('./generate.js');

const [list, modules, handmade, dir, countText] = process.argv.slice(2);
const { DockerfileParser } = require(path.join(modules, 'dockerfile-ast'));
const BATCH = 500;

// The values of the arguments before the first FROM; undefined for those without.
function initialArgs(dockerfile) {
    const values = new Map();
    for (const arg of dockerfile.getInitialARGs()) {
        const property = arg.getProperty();
        if (property.getValue() !== null) {
            values.set(property.getName(), property.getValue());
        }
    }
    return values;
}

function fill(text, values) {
    let missing = false;
    const filled = text.replace(/\$(?:(\w+)|\{(\w+)(?:(:?)([-+])(.*?))?\})/g,
        (all, plain, name, colon, operator, word) => {
            const value = values.get(plain || name);
            const isSet = value !== undefined && !(colon === ':' && value === '');
            if (operator === '-') {
                return isSet ? value : word;
            }
            if (operator === '+') {
                return isSet ? word : '';
            }
            missing = missing || value === undefined;
            return value;
        });
    return missing ? '?' : filled;
}

class Reader {
    constructor(text) {
        this.bom = text.startsWith('\uFEFF') ? 1 : 0;
        this.text = text.slice(this.bom); // the library does not know it
        this.dockerfile = DockerfileParser.parse(this.text);
        this.values = initialArgs(this.dockerfile);
        this.stages = [];
        this.owner = '';
        this.found = [];
        this.sources = [];
    }

    add(list, place, line, column, length, text) {
        const stagesEnded = this.stages.length - 1;
        list.push({ place, line, column, length, owner: this.owner, text, stagesEnded });
    }

    from(instruction) {
        const name = instruction.getBuildStage();
        const range = instruction.getImageRange();
        const text = fill(instruction.getImage(), this.values);
        this.owner = 'stage ' + (name === null ? this.stages.length : name.toLowerCase());
        if (text !== 'scratch' && !this.stages.includes(text)) {
            this.add(this.found, 'from', range.start.line + 1, range.start.character + 1,
                instruction.getImage().length, text);
        }
        this.stages.push(name === null ? '' : name.toLowerCase());
    }

    flags(instruction, keyword) {
        for (const flag of instruction.getFlags()) {
            const range = flag.getValueRange();
            if (flag.getName() === 'from' && keyword !== 'RUN' && range) {
                this.add(this.sources, 'copy', range.start.line + 1, range.start.character + 1,
                    flag.getValue().length, flag.getValue());
            }
            const option = flag.getName() === 'mount' && keyword === 'RUN' && flag.getOption('from');
            if (option) {
                const place = option.getValueRange();
                this.add(this.sources, 'mount', place.start.line + 1, place.start.character + 1,
                    option.getValue().length, option.getValue());
            }
        }
    }

    // A stage is one only where it has ended: builders differ about those that end further down.
    settle(source) {
        const isNumber = source.place === 'copy' && /^\d+$/.test(source.text);
        const stage = this.stages.indexOf(source.text.toLowerCase());
        const isStage = stage >= 0 && stage < source.stagesEnded;
        if (!isNumber && !isStage && source.text !== 'scratch') {
            this.found.push(stage >= 0 ? { ...source, text: '?' } : source);
        }
    }

    read() {
        const syntax = this.dockerfile.getDirectives()
            .find((directive) => directive.getName().toLowerCase() === 'syntax');
        if (syntax) {
            const range = syntax.getValueRange();
            this.owner = 'frontend';
            this.add(this.found, 'syntax', range.start.line + 1, range.start.character + 1,
                syntax.getValue().length, syntax.getValue());
        }
        for (let instruction of this.dockerfile.getInstructions()) {
            if (instruction.getKeyword() === 'ONBUILD') {
                instruction = instruction.getTriggerInstruction();
            }
            const keyword = instruction.getKeyword();
            if (keyword === 'FROM') {
                this.from(instruction);
            } else if (['COPY', 'ADD', 'RUN'].includes(keyword)) {
                this.flags(instruction, keyword);
            }
        }
        this.sources.forEach((source) => this.settle(source));
        this.found.sort((a, b) => a.line - b.line || a.column - b.column);
        return this.found.map((found) => `${found.place} ${found.line} ${found.column} ` +
            `${found.length} ${found.owner}\t${found.text}`);
    }
}

function listed(files) {
    const output = execFileSync(list, files, { encoding: 'utf8', maxBuffer: 1 << 28 });
    const all = new Map();
    let lines;
    for (const line of output.split('\n').slice(0, -1)) {
        if (files.includes(line)) {
            lines = [];
            all.set(line, lines);
        } else {
            lines.push(line);
        }
    }
    return all;
}

const files = fs.readdirSync(handmade).sort().map((name) => path.join(handmade, name));
for (let seed = 1; seed <= Number(countText); seed++) {
    const file = path.join(dir, `${seed}.Dockerfile`);
    fs.writeFileSync(file, generate(seed));
    files.push(file);
}
let references = 0;
let different = 0;
for (let at = 0; at < files.length; at += BATCH) {
    const found = listed(files.slice(at, at + BATCH));
    for (const [file, lines] of found) {
        const expected = new Reader(fs.readFileSync(file, 'utf8')).read();
        references += expected.length;
        if (lines.join('\n') !== expected.join('\n')) {
            different++;
            if (different <= 5) {
                console.log(`${file}:\nfound:\n${lines.join('\n')}\nexpected:\n${expected.join('\n')}`);
            }
        }
    }
    if (found.size !== Math.min(BATCH, files.length - at)) {
        different++;
    }
}
console.log(`dockerfiles: ${files.length} cases, ${references} references, ${different} different`);
process.exit(different === 0 && references > files.length ? 0 : 1);

// Reads SOQL statements, a JSON list, from its input and prints which of them an independent grammar
// takes: a JSON list of the first complaint about each, or null. Usage: node soql.mjs NODE_MODULES
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { ApexErrorListener, ApexParserFactory } = createRequire(`${process.argv[2]}/`)(
    "@apexdevtools/apex-parser",
);

class Errors extends ApexErrorListener {
    first = null;
    apexSyntaxError(line, column, message) {
        this.first ??= `${line}:${column} ${message}`;
    }
}

function complaint(statement) {
    const errors = new Errors();
    const { parser } = ApexParserFactory.createLexerAndParser(statement, errors);
    parser.query();
    const next = parser._input.LT(1);
    return errors.first ?? (next.type === -1 ? null : `${next.line}:${next.column} left over`);
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(complaint)));

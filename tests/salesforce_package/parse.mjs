// Parses Apex files and prints, as JSON, what the tests ask of each: syntax errors, and what costs a
// limit inside a loop. Usage: node parse.mjs FOLDER_OF_NODE_MODULES FILE...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, ...files] = process.argv.slice(2);
const { ApexErrorListener, ApexParser, ApexParserFactory } = createRequire(`${folder}/`)(
    "@apexdevtools/apex-parser",
);
const LOOPS = new Set(["forStatement", "whileStatement", "doWhileStatement"]);
const COSTLY = new Set([
    "soqlLiteral", "soslLiteral", "insertStatement", "updateStatement", "upsertStatement",
    "deleteStatement", "undeleteStatement", "mergeStatement",
]);
const COSTLY_CALLS =
    /^(send|enqueuejob|publish|query|countquery|insert|update|upsert|delete|undelete|convertlead)\(/i;

class Errors extends ApexErrorListener {
    found = [];
    apexSyntaxError(line, column, message) {
        this.found.push(`${line}:${column} ${message}`);
    }
}

const rule = (node) => ApexParser.ruleNames[node.ruleIndex];

function costlyInLoops(node, inLoop, found) {
    for (const child of node.children ?? []) {
        // what a for loop goes over is asked for once, its body again and again
        const again = inLoop || (LOOPS.has(rule(node)) && rule(child) !== "forControl");
        const call = rule(child) === "dotMethodCall" && COSTLY_CALLS.test(child.getText());
        if (again && (call || COSTLY.has(rule(child)))) {
            found.push(`${child.start.line} ${call ? child.getText().split("(")[0] : rule(child)}`);
        }
        costlyInLoops(child, again, found);
    }
    return found;
}

function read(file) {
    const errors = new Errors();
    const { parser } = ApexParserFactory.createLexerAndParser(readFileSync(file, "utf8"), errors);
    const tree = file.endsWith(".trigger") ? parser.triggerUnit() : parser.compilationUnit();
    return { errors: errors.found, inLoops: costlyInLoops(tree, false, []) };
}

console.log(JSON.stringify(Object.fromEntries(files.map((file) => [file, read(file)]))));

// Prints the types that the type of each exported constant of a module comes from, as the rules
// of rxjs-x look for them: the name of its symbol, and of those of its base types.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const [compiler = '', config = ''] = process.argv.slice(2);
/** @type {any} */
const ts = createRequire(import.meta.url)(compiler);

const { options, fileNames } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(config, ts.sys.readFile).config,
  ts.sys,
  dirname(config),
);
const program = ts.createProgram(fileNames, options);
const checker = program.getTypeChecker();
const named = (/** @type {any} */ type) => type.target ?? type;
/** @type {(type: any) => ReadonlyArray<string>} */
const namesOf = (type) => [
  named(type).symbol.name,
  ...(named(type).getBaseTypes() ?? []).flatMap(namesOf),
];

const [module] = fileNames.map((/** @type {string} */ name) => program.getSourceFile(name));
for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(module))) {
  const type = checker.getTypeOfSymbolAtLocation(symbol, module);
  process.stdout.write(`${symbol.name}: ${namesOf(type).join(' ')}\n`);
}

// Checks a project by a compiler older than 7, and of the libraries that it uses the
// declarations of chordis alone: the others are somebody else's, and take most of the time.
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
const files = program
  .getSourceFiles()
  .filter(
    (/** @type {{ fileName: string }} */ { fileName }) =>
      !/\/node_modules\/(?!chordis\/)/.test(fileName),
  );
const problems = [
  ...program.getOptionsDiagnostics(),
  ...program.getGlobalDiagnostics(),
  ...files.flatMap((/** @type {unknown} */ file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]),
];
const host = {
  getCanonicalFileName: String,
  getCurrentDirectory: ts.sys.getCurrentDirectory,
  getNewLine: () => '\n',
};
process.stdout.write(ts.formatDiagnostics(problems, host));
process.exitCode = problems.length === 0 ? 0 : 1;

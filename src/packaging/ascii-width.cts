const stringWidth: (text: string) => number = require("../../node_modules/string-width/index.js");

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

// cli-table3 measures each cell by a package that looks for emoji, with an expression that takes V8 longer to compile than
// the analysis of a small capture takes.
module.exports = (text: string) => (PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text));

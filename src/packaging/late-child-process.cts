// commander takes Node's child processes along at every start, and they the network's modules; what is called there and
// here is `spawn`, and seldom.
module.exports = {
  get spawn() {
    return process.getBuiltinModule("node:child_process").spawn;
  },
};

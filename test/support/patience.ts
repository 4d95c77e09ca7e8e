const { LVS_PCAP_PATIENCE = "1" } = process.env;

/** How many times as long as usual what is tried at random goes on: 1, but for `npm run test:nightly`. */
export const PATIENCE = Number(LVS_PCAP_PATIENCE);

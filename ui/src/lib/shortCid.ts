/** The beginning and the end of a CID, which are what tells two of them apart by eye. */
export const shortCid = (cid: string): string => `${cid.slice(0, 7)}…${cid.slice(-5)}`;

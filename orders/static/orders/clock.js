// What time it is at the server. Ages are counted in minutes, and a cheap tablet's own clock may be some of those off.

const LOADING_MS = 20_000; // so much the page itself may have taken to come here
const ahead = Date.now() - Number(document.body.dataset.now ?? Date.now());
const wrongBy = Math.abs(ahead) > LOADING_MS ? ahead : 0;

export const now = () => Date.now() - wrongBy;

/** - `active`: a handshake younger than T and no evidence of failure
 *  - `stale`: it ought to be there and is not
 *  - `never`: no handshake, nothing received, no evidence of failure
 *  - `idle`: everything else, such as a phone that is asleep
 *
 *  T = 180 s + our persistent keepalive + 2 scrape intervals. */
export type PeerState = 'active' | 'stale' | 'never' | 'idle';

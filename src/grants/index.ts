export { type GrantedIds, type Grants, type GrantOptions, grants } from './grants.js';

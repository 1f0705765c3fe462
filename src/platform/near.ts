import { BlockList } from 'node:net';

const near = new BlockList();
near.addSubnet('127.0.0.0', 8);
near.addSubnet('10.0.0.0', 8);
near.addSubnet('172.16.0.0', 12);
near.addSubnet('192.168.0.0', 16);
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');

/** Whether an address is this machine's or of a private network (RFC 1918, RFC 4193). */
export const isNear = (address: string): boolean => {
  const plain = address.replace(/^::ffff:/, '');
  return near.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4');
};

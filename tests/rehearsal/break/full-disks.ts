/** Full disks inside a machine: small file systems over the real folders, with a ballast that leaves nothing. */

const small = "/run/rehearsal";

/** What is there stays readable; what is written meets a full disk. */
export const fillStore = `
set -e
mkdir -p ${small}/store
mount -t tmpfs -o size=256k tmpfs ${small}/store
cd ${small}/store
mkdir upper work
mount -t overlay overlay -o lowerdir=/nix/store,upperdir=$PWD/upper,workdir=$PWD/work /nix/store
dd if=/dev/zero of=ballast bs=4k 2>/dev/null || :
`;

/** What could be written while it was full stays, as Nix has it in its books. */
export const freeStore = `
set -e
cd /
umount -l /nix/store
cp -a ${small}/store/upper/. /nix/store/
umount -l ${small}/store
`;

/** One page stays free: enough to write the old entries anew, and too little for one generation more. */
export const fillBoot = `
set -e
mkdir -p ${small}/boot /boot
mount -t tmpfs -o size=256k tmpfs ${small}/boot
cp -a /boot/. ${small}/boot/
mount --bind ${small}/boot /boot
umount -l ${small}/boot
dd if=/dev/zero of=/boot/ballast bs=4k 2>/dev/null || :
truncate -s -4k /boot/ballast
`;

export const freeBoot = `
set -e
cd /
rm -f /boot/ballast
mkdir -p ${small}/kept
rm -rf ${small}/kept
cp -a /boot ${small}/kept
umount -l /boot
find /boot -mindepth 1 -delete
cp -a ${small}/kept/. /boot/
rm -rf ${small}/kept
`;

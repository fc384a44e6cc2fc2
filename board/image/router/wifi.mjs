// The board's Wi-Fi against a real access point (hostapd), both in one qemu: two radios of mac80211_hwsim, the access point's in a
// network namespace of its own, so that whatever it sees of the board came through the air.
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const here = path.dirname(new URL(import.meta.url).pathname);
const NET = { psk: (word) => `wpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\nieee80211w=1\nwpa_passphrase=${word}`, open: () => '',
  enterprise: () => 'wpa=2\nwpa_key_mgmt=WPA-EAP\nrsn_pairwise=CCMP\nieee8021x=1\neap_server=1\neap_user_file=/router/users\nca_cert=/router/ca.pem\nserver_cert=/router/server.pem\nprivate_key=/router/server.key\ndh_file=/router/dh.pem' };

/** What the access point does: `phases` one after the other, each [kind of network, word of pass, the third number of its addresses].
 *  Files for /router. */
function plan(phases) {
  const files = {};
  phases.forEach(([kind, word, third], i) => {
    files[`hostapd.${i}`] = `interface=wlan1\nssid=Módulo "7"\nutf8_ssid=1\nhw_mode=g\nchannel=6\n${NET[kind](word)}\n`;
    files[`dhcp.${i}`] = `start 10.9.${third}.50\nend 10.9.${third}.50\ninterface wlan1\nlease_file /run/leases\npidfile /run/dhcp.pid\noption subnet 255.255.255.0\noption router 10.9.${third}.1\noption lease 600\n`;
  });
  files.run = `b=/router/busybox
$b ip link set lo up
${phases.map(([, , third], i) => `
$b ip addr flush dev wlan1
/router/hostapd -B -P /run/hostapd.pid /router/hostapd.${i} > /run/hostapd.log || { $b cat /run/hostapd.log; echo 'router: no hostapd'; }
$b ip addr add 10.9.${third}.1/24 dev wlan1
: > /run/leases
$b udhcpd -S /router/dhcp.${i}
echo 'router: phase ${i} is on the air'
n=0
until $b wget -q -T 5 -O /run/page http://10.9.${third}.50/healthz; do $b sleep 1; n=$((n+1)); [ $n -lt 90 ] || break; done
[ $n -lt 90 ] && echo "router: phase ${i}: the box answers: $($b head -c 40 /run/page)"
$b kill $($b cat /run/hostapd.pid) $($b cat /run/dhcp.pid)
$b sleep 3`).join('\n')}
echo 'router: done'
$b sleep 100000
`;
  return files;
}

export default async function wifi({ Card, ok, work, out, sh, program, deb, patience }) {
  sh(path.join(here, 'hostapd'), path.join(out, 'hostapd'));
  sh('sh', '-c', `gunzip -c '${out}/kernel' > '${work}/kernel'`);
  const linux = deb('linux-image'), busybox = deb('busybox-static');
  const release = sh('ls', path.join(linux, 'usr/lib/modules')).trim();
  sh('ln', '-sfn', 'usr/lib', path.join(linux, 'lib'));
  sh('/sbin/depmod', '-b', linux, release);
  const needs = (m) => sh('sh', '-c', `/sbin/modprobe -d "${linux}" -S "${release}" --show-depends ${m} 2>/dev/null | awk '$1 == "insmod" { print $2 }'; true`).trim().split('\n');
  const modules = [...new Set(['ccm', 'cmac', 'gcm', 'ctr', 'arc4', 'mac80211_hwsim'].flatMap(needs).filter(Boolean))];
  const openssl = (...args) => sh('openssl', ...args);
  const certificate = (name) => {
    const at = (end) => path.join(work, name + end);
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-days', '3650', '-subj', `/CN=${name}`, '-keyout', at('-ca.key'), '-out', at('-ca.pem'));
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-subj', '/CN=radius', '-keyout', at('.key'), '-out', at('.csr'));
    openssl('x509', '-req', '-in', at('.csr'), '-CA', at('-ca.pem'), '-CAkey', at('-ca.key'), '-CAcreateserial', '-days', '3650', '-sha256', '-out', at('.pem'));
    return { ca: at('-ca.pem'), key: at('.key'), pem: at('.pem') };
  };
  const college = certificate('college'), stranger = certificate('stranger');
  const exchange = path.join(work, 'dh.pem'); // the finite field kind, which is all that a hostapd without OpenSSL has
  openssl('genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', 'group:ffdhe2048', '-out', exchange);
  const start = program(readFileSync(path.join(here, 'start.c'), 'utf8'));

  /** Boots the box with this gigbox.txt beside that access point. */
  const boot = async (name, settings, phases, until, { ca } = {}) => {
    const root = mkdtempSync(path.join(work, 'router-')), router = path.join(root, 'router');
    sh('mkdir', '-p', router);
    for (const m of modules) copyFileSync(m, path.join(router, path.basename(m)));
    writeFileSync(path.join(router, 'modules'), modules.map((m) => `/router/${path.basename(m)}\n`).join(''));
    copyFileSync(path.join(busybox, 'usr/bin/busybox'), path.join(router, 'busybox'));
    copyFileSync(path.join(out, 'hostapd'), path.join(router, 'hostapd'));
    writeFileSync(path.join(router, 'start'), start, { mode: 0o755 });
    for (const [file, text] of Object.entries(plan(phases))) writeFileSync(path.join(router, file), text);
    writeFileSync(path.join(router, 'users'), '* PEAP\n"box@campus" MSCHAPV2 "café 7" [2]\n');
    for (const [from, to] of [[college.ca, 'ca.pem'], [college.key, 'server.key'], [college.pem, 'server.pem'], [exchange, 'dh.pem']]) copyFileSync(from, path.join(router, to));
    sh('sh', '-c', `cd '${root}' && find router | cpio --quiet -o -H newc -R 0:0 | gzip -1n > '${root}.cpio.gz' && cat '${out}/initrd' > '${root}.initrd' && truncate -s %4 '${root}.initrd' && cat '${root}.cpio.gz' >> '${root}.initrd'`);
    const card = new Card(`wifi-${name}`), file = path.join(work, 'gigbox.txt');
    writeFileSync(file, settings.join('\r\n') + '\r\n');
    card.put(file, 'gigbox.txt');
    if (ca) card.put(ca, 'wifi-ca.pem');
    const r = await card.run(until, { seconds: patience + 200, net: false, boot: ['-kernel', path.join(work, 'kernel'), '-initrd', root + '.initrd', '-append', 'console=ttyAMA0 loglevel=4 gigbox.slot=a rdinit=/router/start'] });
    return { ...r, report: card.report() };
  };
  const told = (r) => r.report.split('\r\n').map((l) => l.slice(22)).join(' / ');
  const network = 'wifi_name = Módulo "7"';

  const psk = await boot('psk', [network, 'wifi_password = it\'s "our" word', 'wifi_country = IN'], [['psk', 'it\'s "our" word', 1], ['psk', 'it\'s "our" word', 2]], /phase 1: the box answers|router: done/);
  ok(/phase 0: the box answers: .*ok/i.test(psk.text), `wifi: a network with a passphrase is joined, and the box answers through it (${told(psk)})`);
  ok(/phase 1: the box answers/.test(psk.text) && /10\.9\.2\.50/.test(psk.text), 'wifi: the router is started again with other addresses: the box is there, with a new one');
  const wrong = await boot('wrong', [network, 'wifi_password = not the word'], [['psk', 'the word of pass', 1]], /wifi_password is not the network's/);
  ok(wrong.seen && /wifi_password is not the network's/.test(wrong.report), `wifi: a wrong passphrase is told on the card (${told(wrong)})`);
  const open = await boot('open', [network], [['open', '', 3]], /phase 0: the box answers|router: done/);
  ok(/phase 0: the box answers/.test(open.text), 'wifi: an open network is joined');
  const login = [network, 'wifi_user = box@campus', 'wifi_password = café 7'];
  const enterprise = await boot('enterprise', login, [['enterprise', '', 4]], /phase 0: the box answers|router: done/, { ca: college.ca });
  ok(/phase 0: the box answers/.test(enterprise.text), `wifi: a network with names and passwords is joined (${told(enterprise)})`);
  const forged = await boot('forged', login, [['enterprise', '', 5]], /its certificate is not one|phase 0: the box answers|router: done/, { ca: stranger.ca });
  ok(/its certificate is not one of wifi-ca\.pem/.test(forged.report) && !/phase 0: the box/.test(forged.text), `wifi: not when its certificate is by a stranger (${told(forged)})`);
  const short = await boot('short', [network, 'wifi_password = short'], [['open', '', 6]], /well after/);
  ok(short.seen && /gigbox\.txt: a wifi_password has 8 to 63 characters/.test(short.report), `wifi: a password that cannot be one is told (${told(short)})`);
}

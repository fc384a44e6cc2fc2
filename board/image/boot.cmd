# The boot script of the card, run by U-Boot. Which slot: see src/app/upgrade.c. A slot is taken only when its checksum is right; a
# trial is noted on the disk before it is begun, so that it happens once.
setexpr base ${kernel_addr_r} "&" f0000000
setexpr sector ${base} + 7000000
# (Some firmware leaves the device tree at 8000000.) The slot; the kernel, unpacked at the third place, comes back to lie over it, so the initramfs is moved out of its way first.
setexpr at ${base} + 9000000
setexpr kernel_comp_addr_r ${base} + 10000000
setexpr ramdisk ${base} + 18000000
setenv kernel_comp_size 5000000
if test -n "${fdt_addr}"; then setenv tree ${fdt_addr}; else setenv tree ${fdtcontroladdr}; fi
setenv active a
setenv try
setenv nonce
setenv tried
setenv extra
${devtype} dev ${devnum}
if ${devtype} read ${sector} 40 1 && env import -c ${sector} 200 active try nonce; then
    echo "gigbox: active ${active} try ${try}"
elif ${devtype} read ${sector} 41 1 && env import -c ${sector} 200 active try nonce; then
    echo "gigbox: active ${active} try ${try} (second copy)"
else
    echo "gigbox: no state, slot a"
fi
${devtype} read ${sector} 42 1 && env import -c ${sector} 200 tried
setenv slot ${active}
if test -n "${try}"; then
    if test "${nonce}" = "${tried}"; then
        setenv extra gigbox.fell=1
    else
        setenv slot ${try}
        setenv extra gigbox.trial=1
        setenv tried ${nonce}
        mw.b ${sector} 0 200
        env export -c -s 200 ${sector} tried
        ${devtype} write ${sector} 42 1
    fi
fi
setenv start 'setenv ksize; load ${devtype} ${devnum}:${distro_bootpart} ${at} ${slot}.slot && env import -c ${at} 200 ksize roff rsize size crc crc2 && setexpr body ${at} + 1000 && crc32 ${body} ${size} ${sector} && setexpr.l found *${sector} && test "${found}" = "${crc}" -o "${found}" = "${crc2}" && setexpr rat ${at} + ${roff} && cp.b ${rat} ${ramdisk} ${rsize} && setenv bootargs "console=tty1 console=ttyS1,115200 console=ttyAMA0,115200 panic=5 loglevel=4 gigbox.slot=${slot} ${extra}" && booti ${body} ${ramdisk}:${rsize} ${tree}'
run start
echo "gigbox: slot ${slot} does not start"
if test "${slot}" = a; then setenv slot b; else setenv slot a; fi
setenv extra gigbox.fell=1
run start
echo "gigbox: neither does slot ${slot}"
sleep 10
reset

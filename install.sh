#!/bin/sh
# install.sh: puts savepointctl, its completions and its manual pages under a prefix, from a checkout.
#
#   ./install.sh [--prefix DIR] [--binary FILE] [--flink] [--uninstall]
#
#   --prefix DIR   where to; /usr/local by default. DESTDIR in the environment goes before it, for packagers.
#   --binary FILE  install this one; without it target/release/savepointctl, built with cargo if it is not there yet
#   --flink        make `flink` in DIR/bin a link to it, too, with its completion in bash and fish: the savepoint
#                  commands of Flink's own command line
#   --uninstall    remove what an installation put there
set -eu

here=$PWD
cd "$(dirname "$0")"
prefix=/usr/local binary= link= uninstall=
while [ $# -gt 0 ]; do
    case $1 in
    --prefix) prefix=${2:?--prefix wants a directory} && shift ;;
    --prefix=*) prefix=${1#--prefix=} ;;
    --binary) binary=${2:?--binary wants a file} && shift ;;
    --binary=*) binary=${1#--binary=} ;;
    --flink) link=yes ;;
    --uninstall) uninstall=yes ;;
    -h | --help) sed -n '2,/^set -/{/^#/s/^# \{0,1\}//p;}' install.sh && exit ;;
    *) echo "install.sh: what is $1? (see --help)" >&2 && exit 2 ;;
    esac
    shift
done
case $prefix in
/*) ;;
*) prefix=$here/$prefix ;;
esac
case $binary in
'' | /*) ;;
*) binary=$here/$binary ;;
esac
to=${DESTDIR:-}$prefix

# each file, its mode and where it goes
files() {
    echo "completions/savepointctl.bash 644 share/bash-completion/completions/savepointctl"
    echo "completions/_savepointctl 644 share/zsh/site-functions/_savepointctl"
    echo "completions/savepointctl.fish 644 share/fish/vendor_completions.d/savepointctl.fish"
    echo "completions/savepointctl.elv 644 share/elvish/lib/savepointctl.elv"
    echo "completions/_savepointctl.ps1 644 share/powershell/completions/_savepointctl.ps1"
    for page in man/*.1; do echo "$page 644 share/man/man1/${page#man/}"; done
}

# each link of --flink, and what it leads to beside it; bash and fish find completions by the name of the command
links() {
    echo "bin/flink savepointctl"
    echo "share/bash-completion/completions/flink savepointctl"
    echo "share/fish/vendor_completions.d/flink.fish savepointctl.fish"
}
# whether LINK leads to TARGET
is_ours() { [ "$(readlink "$to/$1" 2>/dev/null)" = "$2" ]; }

if [ -n "$uninstall" ]; then
    rm -f "$to/bin/savepointctl"
    files | while read -r _ _ file; do rm -f "$to/$file"; done
    links | while read -r link target; do if is_ours "$link" "$target"; then rm "$to/$link"; fi; done
    echo "removed savepointctl from $to"
    exit
fi

if [ -z "$binary" ]; then
    binary=target/release/savepointctl
    [ -x $binary ] || cargo build --release --locked
fi
if [ ! -f "$binary" ] || [ ! -x "$binary" ]; then
    echo "install.sh: $binary is no program" >&2
    exit 1
fi
if [ -n "$link" ] && [ -e "$to/bin/flink" ] && ! is_ours bin/flink savepointctl; then
    echo "install.sh: $to/bin/flink is there already, and none of ours: remove it first, or leave --flink out" >&2
    exit 1
fi
# put FROM MODE FILE: by renaming, so that a running command keeps its file
put() {
    mkdir -p "$to/${3%/*}"
    cp "$1" "$to/$3.new"
    chmod "$2" "$to/$3.new"
    mv "$to/$3.new" "$to/$3"
}
put "$binary" 755 bin/savepointctl
files | while read -r from mode file; do put "$from" "$mode" "$file"; done
if [ -n "$link" ]; then
    links | while read -r link target; do ln -sfn "$target" "$to/$link"; done
fi
echo "installed savepointctl $("$to/bin/savepointctl" --version | cut -d ' ' -f 2) in $to"

#compdef savepointctl flink
# zsh completion for savepointctl, and for flink: asks the binary itself.

_savepointctl() {
    local line program=${words[1]} typed=$PREFIX
    # the real flink must not be started at a Tab
    [[ ${program:t} == flink ]] && program=savepointctl
    # what stands behind an open quote is quoted by it alone
    [[ -n ${compstate[quote]} ]] || typed=${(Q)typed}
    local -a lines places homes others
    lines=("${(@f)$(
        SAVEPOINTCTL_COMPLETE=zsh $program -- "${(@Q)words[1,CURRENT-1]}" "$typed" 2>/dev/null
    )}")
    for line in $lines; do
        [[ -n $line ]] || continue
        if [[ $line == '~/'* && -z ${compstate[quote]} ]]; then
            # a path of which all but the tilde is quoted
            line=${${line#'~/'}//(#m)\\?/${MATCH[2]}}
            homes+=("~/${(q)line}")
        elif [[ $line == */ || $line == *[^\\]/:* ]]; then
            # a place to go on from: no space behind it
            places+=("$line")
        else
            others+=("$line")
        fi
    done
    (($#homes)) && compadd -Q -S '' -a homes
    (($#places)) && _describe -V 'place' places -S ''
    (($#others)) && _describe -V 'value' others
}

if [[ $funcstack[1] == _savepointctl ]]; then
    _savepointctl "$@"
else
    compdef _savepointctl savepointctl flink
fi

# bash completion for savepointctl, and for flink: asks the binary itself.

# Takes the quotes off a word as it was typed, into `plain`; nothing in it is expanded. `open` is the quote that is still
# open, and `kept` what stands before the place from which bash puts an answer: behind that quote, or behind the last
# colon or equal sign that it cuts at.
_savepointctl_unquote() {
    local word=$1 c i
    plain='' open='' kept=''
    for ((i = 0; i < ${#word}; i++)); do
        c=${word:i:1}
        if [[ -n $open && $c == "$open" ]]; then
            open=''
        elif [[ $c == \\ && $open != \' ]]; then
            i=$((i + 1))
            # in double quotes a backslash stands for itself before most characters
            [[ -n $open && ${word:i:1} != [\$\`\"\\] ]] && plain+=$c
            plain+=${word:i:1}
        elif [[ -z $open && $c == [\'\"] ]]; then
            open=$c kept=$plain
        else
            plain+=$c
            [[ -z $open && $c == [:=] && $COMP_WORDBREAKS == *"$c"* ]] && kept=$plain
        fi
    done
}

# Quotes a word, into `quoted`, as the quote that is open asks for; fails where that cannot be done.
_savepointctl_quote() {
    local word=$1 c i
    quoted=''
    if [[ -z $open ]]; then
        # the tilde that was typed is the home directory, another one is not
        [[ $plain == \~/* && $word == \~/* ]] && quoted=\~/ word=${word#\~/}
        [[ $word == *[!a-zA-Z0-9_./:=@+,%-]* ]] && printf -v word %q "$word"
        quoted+=$word
        return
    fi
    # in double quotes an exclamation mark cannot be kept from the history
    [[ $open == \" && $word == *!* ]] && return 1
    for ((i = 0; i < ${#word}; i++)); do
        c=${word:i:1}
        if [[ $open == \' && $c == \' ]]; then
            quoted+="'\\''"
        elif [[ $open == \" && $c == [\$\`\"\\] ]]; then
            quoted+=\\$c
        else
            quoted+=$c
        fi
    done
}

_savepointctl() {
    # What bash has cut at colons and equal signs is put together again, up to the cursor.
    local rest=${COMP_LINE:0:COMP_POINT} typed=() words=() gap part i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap=${rest%%[![:space:]]*}
        rest=${rest#"$gap"}
        part=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && part=$rest
        if [[ -n $gap || $i -eq 0 ]]; then
            typed+=("$part")
        else
            typed[${#typed[@]} - 1]+=$part
        fi
        rest=${rest#"$part"}
    done
    local plain open kept quoted
    for part in "${typed[@]}"; do
        _savepointctl_unquote "$part"
        words+=("$plain")
    done
    # The real flink must not be started at a Tab.
    local program=${COMP_WORDS[0]}
    [[ ${program##*/} == flink ]] && program=savepointctl
    COMPREPLY=()
    while IFS= read -r part; do
        _savepointctl_quote "${part#"$kept"}" && COMPREPLY+=("$quoted")
    done < <(SAVEPOINTCTL_COMPLETE=bash "$program" -- "${words[@]}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} != *[=/:] ]]; then
        compopt +o nospace 2>/dev/null
    fi
}

complete -o nospace -o bashdefault -F _savepointctl savepointctl flink

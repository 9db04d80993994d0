# elvish completion for savepointctl, and for flink: asks the binary itself.
use str

fn -savepointctl {|@words|
    var last = (- (count $words) 1)
    try {
        # always savepointctl: the real flink must not be started at a Tab
        env SAVEPOINTCTL_COMPLETE=elvish _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $last) ^
            savepointctl -- $@words 2>/dev/null | from-lines | each {|value|
                # no space behind what goes on: a directory, the beginning of a location
                var is-whole = $true
                for end [/ : =] {
                    if (str:has-suffix $value $end) {
                        set is-whole = $false
                    }
                }
                var suffix = ''
                if $is-whole {
                    set suffix = ' '
                }
                edit:complex-candidate $value &code-suffix=$suffix
            }
    } catch _ { }
}

set edit:completion:arg-completer[savepointctl] = $-savepointctl~
set edit:completion:arg-completer[flink] = $-savepointctl~

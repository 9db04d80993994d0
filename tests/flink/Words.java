package org.apache.flink.client.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.flink.configuration.Configuration;

/**
 * Reads lines of words with Flink's own parser and options: an action and its words, with U+001F between them. Prints
 * for each line the options with their values (U+001E before each value, U+001F behind each option), then "--", then the
 * words that are left; or "!" and the first word of the complaint. Lies in Flink's package for what is private to it.
 */
public class Words {
  public static void main(String[] arguments) throws Exception {
    Options general = new Options();
    for (CustomCommandLine own : CliFrontend.loadCustomCommandLines(new Configuration(), "/")) {
      own.addGeneralOptions(general);
      own.addRunOptions(general);
    }
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      List<String> words = new ArrayList<>(Arrays.asList(line.split("\u001f", -1)));
      out.println(read(words.remove(0), words.toArray(new String[0]), general));
    }
    out.flush();
  }

  private static String read(String action, String[] words, Options general) throws Exception {
    String name = Character.toUpperCase(action.charAt(0)) + action.substring(1);
    Method method = CliFrontendParser.class.getDeclaredMethod("get" + name + "CommandOptions");
    method.setAccessible(true);
    Options options = CliFrontendParser.mergeOptions((Options) method.invoke(null), general);
    boolean program = action.equals("run") || action.equals("info");
    StringBuilder said = new StringBuilder();
    try {
      CommandLine line = CliFrontendParser.parse(options, words, program);
      for (Option option : line.getOptions()) {
        said.append(option.getOpt());
        for (String value : option.getValuesList()) said.append('\u001e').append(value);
        said.append('\u001f');
      }
      said.append("--");
      for (String word : line.getArgList()) said.append('\u001f').append(word);
      return said.toString();
    } catch (CliArgsException complaint) {
      return "!" + complaint.getMessage().split(" ")[0];
    }
  }
}

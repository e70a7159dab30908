using Whydrop.Cli;

return CommandLine.Run(args, Console.OpenStandardOutput(), Console.Error);
